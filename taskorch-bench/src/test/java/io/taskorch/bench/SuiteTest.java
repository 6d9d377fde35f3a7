package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;

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
              assertThat(figure.runs()).hasSize(1);
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
