package io.taskorch.client;

import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import io.taskorch.task.TaskorchException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The awaited task ended as {@code CANCELLED} or {@code SKIPPED}: there is no result. */
public class TaskCancelledException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String id;
  private final transient @Nullable Reason reason;

  public TaskCancelledException(String id, TaskState state, @Nullable Reason reason) {
    super(
        "task "
            + id
            + " was "
            + state.name().toLowerCase(Locale.ROOT)
            + (reason == null ? "" : " (" + reason.word() + ")"));
    this.id = id;
    this.reason = reason;
  }

  public String id() {
    return id;
  }

  public @Nullable Reason reason() {
    return reason;
  }
}
