package io.taskorch.upkeep;

import io.taskorch.store.RunStore;
import io.taskorch.store.RunStore.Advanced;
import java.time.Duration;
import java.util.stream.IntStream;

/**
 * Goes on with workflow runs whose last change was too large for one call, and decides on steps
 * whose time has come.
 */
final class RunAdvancer implements Loop.Work {

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
    return Round.over(IntStream.range(0, partitions), pace.idle(), this::advance);
  }

  private Duration advance(int partition) {
    Advanced advanced = runs.advance(partition);
    return advanced.more() ? Duration.ZERO : pace.until(advanced.nextDecision(), advanced.now());
  }
}
