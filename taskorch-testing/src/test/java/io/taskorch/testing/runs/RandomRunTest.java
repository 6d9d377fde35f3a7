package io.taskorch.testing.runs;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever is done to a run, it can always end, and ends as it should. */
class RandomRunTest {

  private static RunTrial trial;

  @BeforeContainer
  static void open() {
    trial = RunTrial.open();
  }

  /** Runs that did not end, or not as they should. */
  private static final long[] FAILED_ONCE = {
    1006, 1078, 1079, 1117, 1227, 1242, 1296, 1386, 1428, 1528, 1551, 1632
  };

  @AfterContainer
  static void close() {
    trial.close();
  }

  @Property(seed = "1", tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aRunEndsAsItShould(@ForAll long seed) {
    trial.lead(seed);
  }

  @Property(seed = "2", tries = 40, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void soDoItsForks(@ForAll long seed) {
    trial.lead(seed, true);
  }

  @Example
  void whatFailedOnceDoesNotAgain() {
    for (long seed : FAILED_ONCE) {
      trial.lead(seed);
    }
  }

  @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  @Tag("explore")
  void aRunEndsAsItShouldForLong(@ForAll long seed) {
    trial.lead(seed);
    trial.lead(seed, true);
  }
}
