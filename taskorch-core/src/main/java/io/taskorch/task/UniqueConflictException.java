package io.taskorch.task;

/** Another task holds the unique key. Nothing was stored or changed. */
public class UniqueConflictException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String holder;

  public UniqueConflictException(String holder) {
    super("the unique key is held by task " + holder);
    this.holder = holder;
  }

  /** The id of the task that holds the key. */
  public String holder() {
    return holder;
  }
}
