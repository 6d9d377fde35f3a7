package io.taskorch.testing.runs;

import net.jqwik.api.EdgeCasesMode;
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

  @AfterContainer
  static void close() {
    trial.close();
  }

  @Property(seed = "1", tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  void aRunEndsAsItShould(@ForAll long seed) {
    trial.lead(seed);
  }

  @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  @Tag("explore")
  void aRunEndsAsItShouldForLong(@ForAll long seed) {
    trial.lead(seed);
  }
}
