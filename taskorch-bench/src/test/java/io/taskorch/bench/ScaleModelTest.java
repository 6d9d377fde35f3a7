package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScaleModelTest {

  @Test
  void ratesGrowWithTheCoresOfRedis() {
    ScaleModel model =
        ScaleModel.of(
                Figures.report(
                    Figures.cost(Partitions.REDIS_CPU.name(), 15.0),
                    Figures.cost(Drain.PRUNE_CPU.name(), 5.0),
                    Figures.cost(Partitions.WORKER_CPU.name(), 10.0)))
            .orElseThrow();

    assertThat(model.rate(1)).isCloseTo(50_000, within(0.01));
    assertThat(model.rate(3)).isCloseTo(150_000, within(0.01));
    assertThat(model.workerCores(3)).isCloseTo(1.5, within(0.001));
  }

  @Test
  void withoutItsFiguresThereIsNoModel() {
    assertThat(ScaleModel.of(Figures.report(Figures.cost(Drain.PRUNE_CPU.name(), 5.0)))).isEmpty();
  }
}
