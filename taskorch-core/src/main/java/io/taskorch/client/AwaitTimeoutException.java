package io.taskorch.client;

import io.taskorch.task.Durations;
import io.taskorch.task.TaskorchException;
import java.time.Duration;

/** The awaited task or run did not end in time; it goes on. */
public class AwaitTimeoutException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public AwaitTimeoutException(String id, Duration waited) {
    super(id + " has not ended within " + Durations.format(waited));
  }
}
