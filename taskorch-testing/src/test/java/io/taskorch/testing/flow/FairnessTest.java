package io.taskorch.testing.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** Groups that have work get what their weights say, over all of it and in any part of it. */
class FairnessTest {

  /** A step of virtual time is rounded to a millionth, which adds up. */
  private static final double ROUNDED = 0.01;

  @Test
  void noWindowIsUnfairByMoreThanATurn() {
    look(1, 100_000);
  }

  /** Shares are looked at here, where a turn more or less does not count. */
  @Test
  @Tag("explore")
  void sharesAreThoseOfTheWeights(TestReporter report) {
    long seed = ThreadLocalRandom.current().nextLong();
    report.publishEntry("seed", String.valueOf(seed));
    String told = look(seed, 1_000_000);
    report.publishEntry("fairness", told);
  }

  private static String look(long seed, int claims) {
    try (FairTrial trial = new FairTrial(seed)) {
      trial.run(claims);
      assertThat(trial.turnsApart()).as("seed %s: %s", seed, trial).isLessThan(1 + ROUNDED);
      assertThat(trial.came()).isPositive();
      if (claims >= 1_000_000) {
        assertThat(trial.worstShare()).as("seed %s: %s", seed, trial).isLessThan(0.05);
      }
      return trial.toString();
    }
  }
}
