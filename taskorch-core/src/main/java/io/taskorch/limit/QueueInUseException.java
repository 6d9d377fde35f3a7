package io.taskorch.limit;

import io.taskorch.task.TaskorchException;

/**
 * A queue gets its first limits while tasks of it lie in partitions that they would not hold for.
 * Nothing was written.
 */
public class QueueInUseException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  /**
   * @param tasks how many have not ended
   */
  public QueueInUseException(String queue, long tasks) {
    super(
        "queue "
            + queue
            + " holds "
            + tasks
            + " tasks outside the partition that a limited queue has to itself; limit it when they"
            + " have ended, or another queue");
  }
}
