package io.taskorch.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A measured figure, several times.
 *
 * @param ceiling the figure that it is a share of; null when it is a ceiling itself
 */
record Figure(String name, String unit, List<Double> runs, @Nullable Figure ceiling) {

  Figure {
    runs = List.copyOf(runs);
  }

  double median() {
    List<Double> sorted = runs.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  double least() {
    return runs.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double most() {
    return runs.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }
}
