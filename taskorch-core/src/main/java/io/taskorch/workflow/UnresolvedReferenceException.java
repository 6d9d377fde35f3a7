package io.taskorch.workflow;

import io.taskorch.task.PermanentTaskException;

/** A payload cannot be resolved, now or later: the step fails. */
public class UnresolvedReferenceException extends PermanentTaskException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  UnresolvedReferenceException(String kind, String message) {
    super(message);
    this.kind = kind;
  }

  /**
   * The kind of the {@link io.taskorch.task.TaskError} that this is: {@code unresolved-reference}
   * or {@code input-too-large}.
   */
  public String kind() {
    return kind;
  }
}
