package io.taskorch.task;

/** What the idempotency key stands for has been deleted since. Nothing was stored. */
public class GoneException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String id;

  public GoneException(String id) {
    super(id + " has been deleted since");
    this.id = id;
  }

  /** The id of the task or run that the key stood for. */
  public String id() {
    return id;
  }
}
