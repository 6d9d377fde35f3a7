package io.taskorch.client;

import io.taskorch.task.TaskorchException;

/** The waiting thread was interrupted, and still is; the awaited task or run goes on. */
public class AwaitInterruptedException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public AwaitInterruptedException(String id, InterruptedException cause) {
    super("interrupted while waiting for " + id, cause);
  }
}
