package io.taskorch.limit;

import io.taskorch.task.TaskorchException;

/** There are no such limits (any more). */
public class LimitNotFoundException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public LimitNotFoundException(String what) {
    super("no limits of " + what);
  }
}
