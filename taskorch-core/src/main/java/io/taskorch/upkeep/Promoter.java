package io.taskorch.upkeep;

import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.TaskUpkeep.Promoted;
import java.time.Duration;

/**
 * Makes tasks ready that are due. Claims do so for their own queues; this is for queues whose
 * workers are away or busy, so that depths and ages are true.
 */
final class Promoter implements Loop.Work {

  /** After so many calls in a row the other partitions have their turn. */
  private static final int MOST_CALLS = 100;

  private final TaskUpkeep tasks;
  private final int partitions;
  private final Pace pace;

  Promoter(TaskUpkeep tasks, int partitions, Pace pace) {
    this.tasks = tasks;
    this.partitions = partitions;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    Duration wait = pace.idle();
    for (int partition = 0; partition < partitions; partition++) {
      Duration next = promote(partition);
      wait = next.compareTo(wait) < 0 ? next : wait;
    }
    return wait;
  }

  private Duration promote(int partition) {
    for (int calls = 0; calls < MOST_CALLS; calls++) {
      Promoted promoted = tasks.promote(partition);
      if (promoted.count() == 0) {
        return pace.until(promoted.nextDue(), promoted.now());
      }
    }
    return Duration.ZERO;
  }
}
