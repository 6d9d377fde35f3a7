package io.taskorch.workflow;

import io.taskorch.task.TaskorchException;

/** A condition has neither come out true nor false, and would not if it were asked again. */
public class ConditionFailedException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  ConditionFailedException(String kind, String message) {
    super(message);
    this.kind = kind;
  }

  /**
   * The kind of the {@link io.taskorch.task.TaskError} that this is: {@code condition-failed} (no
   * such field, a value of the wrong type, no truth value) or {@code condition-too-costly}.
   */
  public String kind() {
    return kind;
  }
}
