package io.taskorch.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects what the rounds measure. */
final class Sheet {

  private final Map<Measure, List<Double>> values = new LinkedHashMap<>();

  void add(Measure measure, double value) {
    values.computeIfAbsent(measure, any -> new ArrayList<>()).add(value);
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
    List<Double> runs = values.getOrDefault(measure, List.of());
    List<Double> others = of == null ? List.of() : values.getOrDefault(of, List.of());
    List<Double> ratios = new ArrayList<>();
    // One that was measured less often than the other is compared as far as both go.
    for (int i = 0; i < Math.min(runs.size(), others.size()); i++) {
      ratios.add(runs.get(i) / others.get(i));
    }
    return new Figure(
        benchmark.name(),
        measure.name(),
        measure.unit(),
        measure.better(),
        runs,
        ratios.isEmpty() || of == null ? null : of.name(),
        ratios,
        measure.goal(),
        measure.yardstick());
  }
}
