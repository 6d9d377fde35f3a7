package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.testing.EmbeddedRedis;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SuiteTest {

  private static final int TINY = 1000;

  private static EmbeddedRedis redis;

  @BeforeAll
  static void start() {
    redis = EmbeddedRedis.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  static List<String> names() {
    return Suite.everything(TINY).stream().map(Benchmark::name).toList();
  }

  private static List<Figure> run(String only) throws Exception {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    try (Rig rig = new Rig(redis.uri(), TINY, 1)) {
      return new Suite(Suite.everything(TINY), List.of(only)).run(rig, nowhere);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyMeasureOfABenchmarkBecomesAFigure(String name) throws Exception {
    Benchmark benchmark =
        Suite.everything(TINY).stream()
            .filter(b -> b.name().equals(name))
            .findFirst()
            .orElseThrow();

    List<Figure> figures = run(name);

    assertThat(figures)
        .filteredOn(figure -> figure.benchmark().equals(name))
        .extracting(Figure::name)
        .containsExactlyElementsOf(benchmark.measures().stream().map(Measure::name).toList());
    assertThat(figures)
        .allSatisfy(
            figure -> {
              // A yardstick is measured before each benchmark that is compared to it.
              assertThat(figure.runs()).hasSizeBetween(1, figure.yardstick() ? 2 : 1);
              assertThat(figure.median()).isFinite().isNotNegative();
            });
    assertThat(benchmark.measures())
        .allSatisfy(
            measure ->
                assertThat(figures)
                    .filteredOn(figure -> figure.name().equals(measure.name()))
                    .allMatch(figure -> figure.isRatio() == (measure.of() != null)));
    try (RedisProbe probe = new RedisProbe(redis.uri())) {
      assertThat(probe.holdsKeys()).isFalse();
    }
  }

  /** Counts, and gives the number of the call as its figure. */
  private static final class Fake implements Benchmark {
    final Measure measure;
    final boolean atTheEnd;
    final String name;
    int calls;
    boolean closed;

    Fake(String name, Measure measure, boolean atTheEnd) {
      this.name = name;
      this.measure = measure;
      this.atTheEnd = atTheEnd;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String description() {
      return "made up";
    }

    @Override
    public List<Measure> measures() {
      return List.of(measure);
    }

    @Override
    public boolean takesItsTime() {
      return atTheEnd;
    }

    @Override
    public void measure(Rig rig, Sheet sheet) {
      calls++;
      if (name.equals("broken")) {
        throw new IllegalStateException("broken");
      }
      sheet.add(measure, calls);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Fake rate = new Fake("rate", Measure.rate("rate", "a second"), false);
  private final Fake share =
      new Fake("share", Measure.rate("share", "a second").comparedTo(Ceiling.DRAIN), false);
  private final Fake other = new Fake("other", Measure.cost("other", "s"), true);

  private List<Figure> run(List<Benchmark> all, List<String> only) throws Exception {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    try (Rig rig = new Rig(redis.uri(), TINY, 3)) {
      return new Suite(all, only).run(rig, nowhere);
    }
  }

  @Test
  void theFirstRoundWarmsUpAndDoesNotCount() throws Exception {
    assertThat(run(List.of(rate), List.of()))
        .extracting(Figure::runs)
        .containsExactly(List.of(2.0, 3.0, 4.0));
  }

  @Test
  void whatTakesItsTimeRunsOnceAtTheEnd() throws Exception {
    assertThat(run(List.of(other, rate), List.of())).hasSize(2);
    assertThat(other.calls).isEqualTo(1);
    assertThat(rate.calls).isEqualTo(4);
  }

  @Test
  void onlyWhatIsNamedRunsAndWhatItIsComparedToIsMeasuredBeside() throws Exception {
    List<Figure> figures = run(List.of(rate, share, other), List.of("share"));

    assertThat(figures)
        .extracting(Figure::name)
        .contains(Ceiling.DRAIN.name())
        .doesNotContain(Ceiling.SET.name())
        .endsWith("share");
    assertThat(figures.getLast().ratios()).hasSize(3).allMatch(ratio -> ratio > 0);
    assertThat(rate.calls + other.calls).isZero();
  }

  @Test
  void aFailureEndsWhatTheBenchmarksKeep() {
    Fake broken = new Fake("broken", Measure.cost("broken", "s"), false);

    assertThatThrownBy(() -> run(List.of(rate, broken, other), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");

    assertThat(List.of(rate, broken, other)).allMatch(fake -> fake.closed);
  }

  @Test
  void noTwoMeasuresShareAName() {
    Set<String> seen = new HashSet<>();
    for (Benchmark benchmark : Suite.everything(TINY)) {
      for (Measure measure : benchmark.measures()) {
        assertThat(seen.add(measure.name())).as(measure.name()).isTrue();
      }
    }
  }
}
