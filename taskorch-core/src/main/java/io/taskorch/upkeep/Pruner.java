package io.taskorch.upkeep;

import io.taskorch.store.TaskUpkeep;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes tasks and runs whose retention has passed. While the store is nearly full it also deletes
 * those whose retention would pass soon, and looks further ahead from pass to pass, so that no more
 * is lost than must be.
 */
final class Pruner implements Loop.Work {

  private static final Logger log = LoggerFactory.getLogger(Pruner.class);

  private static final double NEARLY_FULL = 0.9;
  private static final Duration FIRST_AHEAD = Duration.ofMinutes(15);

  /** The longest of the default retentions. */
  private static final Duration FARTHEST_AHEAD = Duration.ofDays(30);

  private final TaskUpkeep tasks;
  private final Pace pace;
  private final Duration[] ahead;

  Pruner(TaskUpkeep tasks, int partitions, Pace pace) {
    this.tasks = tasks;
    this.pace = pace;
    this.ahead = new Duration[partitions];
    Arrays.fill(ahead, Duration.ZERO);
  }

  @Override
  public Duration pass() {
    boolean foundWork = false;
    for (int partition = 0; partition < ahead.length; partition++) {
      lookAhead(partition);
      for (int calls = 0;
          calls < Round.MOST_CALLS && tasks.prune(partition, ahead[partition]) > 0;
          calls++) {
        foundWork = true;
      }
    }
    return pace.after(foundWork);
  }

  private void lookAhead(int partition) {
    if (tasks.memoryUsed(partition) < NEARLY_FULL) {
      ahead[partition] = Duration.ZERO;
      return;
    }
    if (ahead[partition].isZero()) {
      log.warn("partition {} is nearly full: ended tasks are deleted before their time", partition);
      ahead[partition] = FIRST_AHEAD;
    } else if (ahead[partition].compareTo(FARTHEST_AHEAD) < 0) {
      ahead[partition] = ahead[partition].multipliedBy(2);
    }
  }
}
