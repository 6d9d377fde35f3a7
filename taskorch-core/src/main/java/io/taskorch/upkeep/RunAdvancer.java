package io.taskorch.upkeep;

import io.taskorch.store.RunStore;
import java.time.Duration;

/** Goes on with workflow runs whose last change was too large for one call. */
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
    boolean foundWork = false;
    for (int partition = 0; partition < partitions; partition++) {
      for (int calls = 0; calls < MOST_CALLS && runs.advance(partition) > 0; calls++) {
        foundWork = true;
      }
    }
    return pace.after(foundWork);
  }
}
