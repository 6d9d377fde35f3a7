package io.taskorch.task;

/** Redis is out of memory: nothing was stored. */
public class StorageFullException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public StorageFullException(Throwable cause) {
    super("the storage is full", cause);
  }
}
