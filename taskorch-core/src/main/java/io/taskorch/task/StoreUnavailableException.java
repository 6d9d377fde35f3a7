package io.taskorch.task;

/**
 * Redis could not be reached in time, or refused for now. A mutating call may or may not have taken
 * effect; repeating it is safe.
 */
public class StoreUnavailableException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
