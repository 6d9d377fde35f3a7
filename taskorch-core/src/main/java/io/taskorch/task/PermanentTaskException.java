package io.taskorch.task;

/** Thrown by a handler whose failure no retry can mend: the task fails at once. */
public class PermanentTaskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PermanentTaskException(String message) {
    super(message);
  }

  public PermanentTaskException(String message, Throwable cause) {
    super(message, cause);
  }
}
