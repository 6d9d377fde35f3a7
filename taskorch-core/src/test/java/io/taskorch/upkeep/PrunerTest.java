package io.taskorch.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Demand;
import io.taskorch.store.TaskUpkeep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class PrunerTest {

  private final List<Duration> ahead = new ArrayList<>();
  private double memoryUsed;
  private int left;

  private final TaskUpkeep tasks =
      new TaskUpkeep() {
        @Override
        public int prune(int partition, Duration howFar) {
          ahead.add(howFar);
          int deleted = Math.min(left, 200);
          left -= deleted;
          return deleted;
        }

        @Override
        public double memoryUsed(int partition) {
          return memoryUsed;
        }

        @Override
        public Promoted promote(int partition) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Reaped reap(int partition, Duration grace) {
          throw new UnsupportedOperationException();
        }

        @Override
        public int failUnhandled(
            int partition, String queue, Predicate<Demand> handled, Duration grace) {
          throw new UnsupportedOperationException();
        }
      };

  private final Pruner pruner =
      new Pruner(tasks, 1, new Pace(Duration.ofMillis(250), Duration.ofSeconds(5)));

  @Test
  void itGoesOnUntilNothingIsLeft() {
    left = 500;
    assertThat(pruner.pass()).isEqualTo(Duration.ofMillis(250));
    assertThat(ahead).hasSize(4).containsOnly(Duration.ZERO);
    assertThat(pruner.pass()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void whileTheStoreIsNearlyFullItLooksFurtherAheadFromPassToPass() {
    memoryUsed = 0.95;
    pruner.pass();
    pruner.pass();
    pruner.pass();
    assertThat(ahead)
        .containsExactly(Duration.ofMinutes(15), Duration.ofMinutes(30), Duration.ofHours(1));
    for (int i = 0; i < 30; i++) {
      pruner.pass();
    }
    assertThat(ahead.getLast()).isBetween(Duration.ofDays(30), Duration.ofDays(60));
    memoryUsed = 0.5;
    pruner.pass();
    assertThat(ahead.getLast()).isZero();
  }
}
