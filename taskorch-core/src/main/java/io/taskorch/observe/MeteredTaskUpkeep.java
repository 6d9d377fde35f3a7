package io.taskorch.observe;

import io.taskorch.store.Demand;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.function.Predicate;

/** Counts what upkeep ends. */
final class MeteredTaskUpkeep implements TaskUpkeep {

  private final TaskUpkeep upkeep;
  private final TaskMeters meters;

  MeteredTaskUpkeep(TaskUpkeep upkeep, TaskMeters meters) {
    this.upkeep = upkeep;
    this.meters = meters;
  }

  @Override
  public Promoted promote(int partition) {
    return upkeep.promote(partition);
  }

  @Override
  public Reaped reap(int partition, Duration grace) {
    Reaped reaped = upkeep.reap(partition, grace);
    if (reaped.failed() > 0) {
      meters.of(Labels.OTHER, Labels.OTHER).ended(TaskState.FAILED, reaped.failed());
    }
    return reaped;
  }

  @Override
  public int prune(int partition, Duration ahead) {
    return upkeep.prune(partition, ahead);
  }

  @Override
  public int failUnhandled(int partition, String queue, Predicate<Demand> handled, Duration grace) {
    int failed = upkeep.failUnhandled(partition, queue, handled, grace);
    if (failed > 0) {
      meters.of(queue, Labels.OTHER).ended(TaskState.FAILED, failed);
    }
    return failed;
  }

  @Override
  public double memoryUsed(int partition) {
    return upkeep.memoryUsed(partition);
  }
}
