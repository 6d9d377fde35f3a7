package io.taskorch.bench;

import io.taskorch.bench.Report.Machine;
import java.time.Instant;
import java.util.List;

/** Made-up figures. */
final class Figures {

  private Figures() {}

  /** A rate that is compared to nothing. */
  static Figure rate(String name, Double... runs) {
    return new Figure(
        "made-up", name, "tasks/s", Better.HIGHER, List.of(runs), null, List.of(), null, false);
  }

  static Figure cost(String name, Double... runs) {
    return new Figure(
        "made-up", name, "µs", Better.LOWER, List.of(runs), null, List.of(), null, false);
  }

  /** A rate beside a ceiling. */
  static Figure share(String name, double value, double ratio, double goal) {
    return new Figure(
        "made-up",
        name,
        "tasks/s",
        Better.HIGHER,
        List.of(value),
        "the ceiling",
        List.of(ratio),
        goal,
        false);
  }

  static Figure yardstick(String name, double value) {
    return new Figure(
        "made-up", name, "tasks/s", Better.HIGHER, List.of(value), null, List.of(), null, true);
  }

  static Report report(Figure... figures) {
    return new Report(
        "1.0",
        Instant.parse("2026-01-02T03:04:05Z"),
        new Machine(2, "Linux amd64", "a JVM 25", "7.0.15"),
        100_000,
        List.of(figures));
  }
}
