package io.taskorch.upkeep;

import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.TaskUpkeep.Reaped;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back tasks from workers that have been silent for longer than their lease. */
final class LeaseReaper implements Loop.Work {

  private static final Logger log = LoggerFactory.getLogger(LeaseReaper.class);

  /** A lease, as workers have it by default: after a stall of the store everybody gets one anew. */
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final TaskUpkeep tasks;
  private final int partitions;
  private final Pace pace;

  LeaseReaper(TaskUpkeep tasks, int partitions, Pace pace) {
    this.tasks = tasks;
    this.partitions = partitions;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    int sum = 0;
    for (int partition = 0; partition < partitions; partition++) {
      sum += reap(partition);
    }
    return pace.after(sum > 0);
  }

  private int reap(int partition) {
    int sum = 0;
    for (int calls = 0; calls < Round.MOST_CALLS; calls++) {
      Reaped reaped = tasks.reap(partition, GRACE);
      if (reaped.released() + reaped.failed() > 0) {
        sum += reaped.released() + reaped.failed();
        log.warn(
            "leases expired in partition {}: {} tasks are ready again, {} failed for good",
            partition,
            reaped.released(),
            reaped.failed());
      }
      if (!reaped.more()) {
        break;
      }
    }
    return sum;
  }
}
