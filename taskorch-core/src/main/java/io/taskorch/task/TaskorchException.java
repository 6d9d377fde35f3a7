package io.taskorch.task;

/** What taskorch throws; its subclasses are named for what happened. */
public class TaskorchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TaskorchException(String message) {
    super(message);
  }

  public TaskorchException(String message, Throwable cause) {
    super(message, cause);
  }
}
