package io.taskorch.task;

/** The idempotency key was used before, for something else. Nothing was stored. */
public class IdempotencyConflictException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String holder;

  public IdempotencyConflictException(String holder) {
    super("the idempotency key belongs to " + holder + ", which was submitted with another body");
    this.holder = holder;
  }

  /** The id of the task or run that holds the key. */
  public String holder() {
    return holder;
  }
}
