package io.taskorch.client;

import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskorchException;
import org.jspecify.annotations.Nullable;

/** The awaited task ended as {@code FAILED}. */
public class TaskFailedException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String id;
  private final transient @Nullable Reason reason;
  private final transient @Nullable TaskError error;

  public TaskFailedException(String id, @Nullable Reason reason, @Nullable TaskError error) {
    super(
        "task "
            + id
            + " failed"
            + (reason == null ? "" : " (" + reason.word() + ")")
            + (error == null || error.message() == null ? "" : ": " + error.message()));
    this.id = id;
    this.reason = reason;
    this.error = error;
  }

  public String id() {
    return id;
  }

  public @Nullable Reason reason() {
    return reason;
  }

  /** What went wrong in the last attempt that failed; null when none did. */
  public @Nullable TaskError error() {
    return error;
  }
}
