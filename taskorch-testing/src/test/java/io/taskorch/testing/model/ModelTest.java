package io.taskorch.testing.model;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Sequences of calls on the model and on a real Redis, which must never differ. What is found here
 * goes, shortened as the failure shows it, into a test of its own.
 */
class ModelTest {

  private static final int LONGEST = 60;

  private static Trial trial;

  @BeforeContainer
  static void open() {
    trial = Trial.open(Map.of());
  }

  @AfterContainer
  static void close() {
    trial.close();
  }

  @Property(
      seed = "3668895176403429262",
      tries = 120,
      edgeCases = EdgeCasesMode.NONE,
      shrinking = ShrinkingMode.OFF)
  void redisDoesWhatTheModelDoes(@ForAll("sequences") List<Action> actions) {
    lead(actions);
  }

  @Property(tries = 3_000, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
  @Tag("explore")
  void redisDoesWhatTheModelDoesForLong(@ForAll("sequences") List<Action> actions) {
    lead(actions);
  }

  private static void lead(List<Action> actions) {
    Minimal.failing(actions, trial::failureOf)
        .ifPresent(
            failing -> {
              throw new AssertionError(
                  failing.actions().stream()
                      .map(Action::toString)
                      .collect(Collectors.joining(",\n", "they differ after\n", "\n")),
                  failing.failure());
            });
  }

  @Provide
  Arbitrary<List<Action>> sequences() {
    return Actions.sequences(LONGEST);
  }
}
