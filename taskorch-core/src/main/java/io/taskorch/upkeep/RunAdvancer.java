package io.taskorch.upkeep;

import io.taskorch.store.RunStore;
import io.taskorch.store.RunStore.Advanced;
import java.time.Duration;

/**
 * Goes on with workflow runs whose last change was too large for one call, and decides on steps
 * whose time has come.
 */
final class RunAdvancer implements Loop.Work {

  /** After so many calls in a row the other partitions have their turn. */
  private static final int MOST_CALLS = 100;

  private final RunStore runs;
  private final int partitions;
  private final Pace pace;

  RunAdvancer(RunStore runs, int partitions, Pace pace) {
    this.runs = runs;
    this.partitions = partitions;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    Duration wait = pace.idle();
    for (int partition = 0; partition < partitions; partition++) {
      Duration next = advance(partition);
      wait = next.compareTo(wait) < 0 ? next : wait;
    }
    return wait;
  }

  private Duration advance(int partition) {
    for (int calls = 0; calls < MOST_CALLS; calls++) {
      Advanced advanced = runs.advance(partition);
      if (!advanced.more()) {
        return pace.until(advanced.nextDecision(), advanced.now());
      }
    }
    return Duration.ZERO;
  }
}
