package io.taskorch.micronaut;

import io.taskorch.task.TaskorchException;

/** An app could not start; the message tells a person why, in one line. */
public class StartException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
