package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FigureTest {

  @Test
  void theMedianIsTheMiddleOne() {
    assertThat(Figures.rate("x", 9.0, 1.0, 5.0).median()).isEqualTo(5.0);
    assertThat(Figures.rate("x", 9.0, 1.0, 5.0, 3.0).median()).isEqualTo(4.0);
    assertThat(Figures.rate("x", 9.0, 1.0, 5.0).least()).isEqualTo(1.0);
    assertThat(Figures.rate("x", 9.0, 1.0, 5.0).most()).isEqualTo(9.0);
  }

  @Test
  void aGoalIsForTheRatioWhereThereIsOne() {
    assertThat(Figures.share("x", 10, 0.5, 0.5).reachesGoal()).isTrue();
    assertThat(Figures.share("x", 10, 0.49, 0.5).reachesGoal()).isFalse();
  }

  @Test
  void ratiosAreOfTheSameRound() {
    Measure ceiling = Measure.rate("ceiling", "a second").asYardstick();
    Measure rate = Measure.rate("rate", "a second").comparedTo(ceiling);
    Sheet sheet = new Sheet();
    sheet.add(ceiling, 100);
    sheet.add(rate, 50);
    sheet.add(ceiling, 10);
    sheet.add(rate, 8);

    Benchmark benchmark =
        new Benchmark() {
          @Override
          public String name() {
            return "made-up";
          }

          @Override
          public String description() {
            return "";
          }

          @Override
          public java.util.List<Measure> measures() {
            return java.util.List.of(rate);
          }

          @Override
          public void measure(Rig rig, Sheet unused) {}
        };
    assertThat(sheet.figures(java.util.List.of(benchmark)))
        .singleElement()
        .satisfies(
            figure -> {
              assertThat(figure.of()).isEqualTo("ceiling");
              assertThat(figure.ratios()).containsExactly(0.5, 0.8);
            });
  }
}
