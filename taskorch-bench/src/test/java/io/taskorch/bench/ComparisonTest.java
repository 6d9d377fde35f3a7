package io.taskorch.bench;

import static io.taskorch.bench.Figures.cost;
import static io.taskorch.bench.Figures.rate;
import static io.taskorch.bench.Figures.report;
import static io.taskorch.bench.Figures.share;
import static io.taskorch.bench.Figures.yardstick;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ComparisonTest {

  @Test
  void aFallOfATenthIsNoneAndAnyMoreIsOne() {
    Report baseline = report(rate("rate", 100.0), cost("cost", 100.0));

    assertThat(Comparison.of(baseline, report(rate("rate", 90.0), cost("cost", 110.0))).fallen())
        .isEmpty();
    assertThat(Comparison.of(baseline, report(rate("rate", 89.9), cost("cost", 110.1))).fallen())
        .extracting(fall -> fall.now().name())
        .containsExactly("rate", "cost");
  }

  @Test
  void whatGotBetterHasNotFallen() {
    Report baseline = report(rate("rate", 100.0), cost("cost", 100.0));

    assertThat(Comparison.of(baseline, report(rate("rate", 300.0), cost("cost", 10.0))).fallen())
        .isEmpty();
  }

  @Test
  void aFigureWithACeilingGoesByItsRatio() {
    Report baseline = report(share("rate", 1000, 0.5, 0.5));

    assertThat(Comparison.of(baseline, report(share("rate", 200, 0.5, 0.5))).fallen()).isEmpty();
    assertThat(Comparison.of(baseline, report(share("rate", 1000, 0.4, 0.5))).fallen())
        .singleElement()
        .hasToString("rate: 50 % of the ceiling then, 40 % of the ceiling now");
  }

  @Test
  void aYardstickTellsOfTheMachineAndIsLeftOut() {
    Comparison comparison =
        Comparison.of(report(yardstick("set", 100), rate("rate", 1.0)), report(rate("rate", 1.0)));

    assertThat(comparison.fallen()).isEmpty();
    assertThat(comparison.notes()).isEmpty();
  }

  @Test
  void whatIsMissingOnEitherSideIsSaidAndNoFailure() {
    Comparison comparison =
        Comparison.of(report(rate("old", 1.0), rate("both", 1.0)), report(rate("new", 1.0)));

    assertThat(comparison.fallen()).isEmpty();
    assertThat(comparison.notes())
        .containsExactly(
            "not measured now: old", "not measured now: both", "not in the baseline: new");
  }

  @Test
  void singleRunsThatOverlapAreSaid() {
    assertThat(
            Comparison.of(
                    report(rate("rate", 100.0, 80.0, 101.0)),
                    report(rate("rate", 85.0, 84.0, 86.0)))
                .fallen())
        .singleElement()
        .hasToString("rate: 100 tasks/s then, 85 tasks/s now (single runs overlap)");
  }
}
