package io.taskorch.upkeep;

import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.TaskUpkeep.Promoted;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * Makes tasks ready that are due. Claims do so for their own queues; this is for queues whose
 * workers are away or busy, so that depths and ages are true.
 */
final class Promoter implements Loop.Work {

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
    return Round.over(IntStream.range(0, partitions), pace.idle(), this::promote);
  }

  private Duration promote(int partition) {
    Promoted promoted = tasks.promote(partition);
    return promoted.count() > 0 ? Duration.ZERO : pace.until(promoted.nextDue(), promoted.now());
  }
}
