package io.taskorch.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what the rounds measure. */
final class Sheet {

  private final Map<Measure, List<Double>> values = new HashMap<>();
  private final Map<Measure, List<Double>> ratios = new HashMap<>();

  /** Notes a value; what it is compared to is as it was measured last, so shortly before. */
  void add(Measure measure, double value) {
    values.computeIfAbsent(measure, any -> new ArrayList<>()).add(value);
    Measure of = measure.of();
    if (of != null && values.containsKey(of)) {
      double ratio = value / values.get(of).getLast();
      ratios.computeIfAbsent(measure, any -> new ArrayList<>()).add(ratio);
    }
  }

  /** What was measured, in the order of the benchmarks. */
  List<Figure> figures(List<Benchmark> benchmarks) {
    List<Figure> figures = new ArrayList<>();
    for (Benchmark benchmark : benchmarks) {
      for (Measure measure : benchmark.measures()) {
        if (values.containsKey(measure)) {
          figures.add(figure(benchmark, measure));
        }
      }
    }
    return figures;
  }

  private Figure figure(Benchmark benchmark, Measure measure) {
    Measure of = measure.of();
    List<Double> compared = ratios.getOrDefault(measure, List.of());
    return new Figure(
        benchmark.name(),
        measure.name(),
        measure.unit(),
        measure.better(),
        values.getOrDefault(measure, List.of()),
        compared.isEmpty() || of == null ? null : of.name(),
        compared,
        measure.goal(),
        measure.yardstick());
  }
}
