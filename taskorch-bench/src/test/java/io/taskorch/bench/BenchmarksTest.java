package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.testing.EmbeddedRedis;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchmarksTest {

  @Test
  void everyFigureIsMeasuredAndStandsBesideACeiling() throws InterruptedException {
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      List<Figure> figures = new Benchmarks(redis.uri(), 2_000, 1).run();

      assertThat(figures).allSatisfy(figure -> assertThat(figure.least()).isPositive());
      assertThat(figures)
          .filteredOn(figure -> figure.ceiling() != null)
          .extracting(Figure::name)
          .containsExactly(
              "enqueue in batches",
              "enqueue one by one, 64 threads",
              "drain, one worker, concurrency 256");
    }
  }
}
