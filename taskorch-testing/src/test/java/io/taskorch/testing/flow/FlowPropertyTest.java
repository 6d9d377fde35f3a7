package io.taskorch.testing.flow;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens: no more run than any limit allows, nothing waits while all that it needs is
 * free, and no permit is lost.
 */
class FlowPropertyTest {

  private static final int STEPS = 150;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1125627184117039753L})
  void limitsHoldAndNothingIsLost(long seed) {
    try (FlowTrial trial = new FlowTrial(seed)) {
      trial.run(STEPS);
    }
  }

  /** New seeds; one that fails goes into the list above. */
  @Test
  @Tag("explore")
  void limitsHoldAndNothingIsLostForOthers() {
    for (int i = 0; i < 200; i++) {
      long seed = ThreadLocalRandom.current().nextLong();
      try (FlowTrial trial = new FlowTrial(seed)) {
        trial.run(STEPS);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }
}
