package io.taskorch.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What more cores give: each master of a cluster works on one, and no task touches two of them.
 *
 * @param redisMicros of Redis per task, enqueue, claim, settle and prune
 * @param workerMicros of a worker per task, beside its handler
 */
record ScaleModel(double redisMicros, double workerMicros) {

  private static final double MICROS_A_SECOND = 1e6;

  /** Empty when the run did not measure what it takes. */
  static Optional<ScaleModel> of(Report report) {
    OptionalDouble redis = median(report, Partitions.REDIS_CPU);
    OptionalDouble prune = median(report, Drain.PRUNE_CPU);
    OptionalDouble worker = median(report, Partitions.WORKER_CPU);
    if (redis.isEmpty() || prune.isEmpty() || worker.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ScaleModel(redis.getAsDouble() + prune.getAsDouble(), worker.getAsDouble()));
  }

  private static OptionalDouble median(Report report, Measure measure) {
    return report.figures().stream()
        .filter(figure -> figure.name().equals(measure.name()))
        .mapToDouble(Figure::median)
        .findFirst();
  }

  /** Tasks a second at the most. */
  double rate(int redisCores) {
    return redisCores * MICROS_A_SECOND / redisMicros;
  }

  /** How many cores of workers keep up with so many of Redis. */
  double workerCores(int redisCores) {
    return rate(redisCores) * workerMicros / MICROS_A_SECOND;
  }
}
