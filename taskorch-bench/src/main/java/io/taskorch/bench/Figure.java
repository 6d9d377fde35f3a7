package io.taskorch.bench;

import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a measure came to in a run of the suite.
 *
 * @param benchmark the one that measured it
 * @param runs the values, one a round, at least one
 * @param of the name of what it is compared to; null for nothing
 * @param ratios to that, of the same rounds; empty when it is compared to nothing
 * @param goal for the ratio where there is one, else for the value; null for none
 * @param yardstick whether it tells of the machine and not of taskorch
 */
record Figure(
    String benchmark,
    String name,
    String unit,
    Better better,
    List<Double> runs,
    @Nullable String of,
    List<Double> ratios,
    @Nullable Double goal,
    boolean yardstick) {

  Figure {
    runs = List.copyOf(runs);
    ratios = List.copyOf(ratios);
    if (runs.isEmpty()) {
      throw new IllegalArgumentException(name + " was not measured");
    }
  }

  double median() {
    return median(runs);
  }

  double least() {
    return Collections.min(runs);
  }

  double most() {
    return Collections.max(runs);
  }

  boolean isRatio() {
    return !ratios.isEmpty();
  }

  /** The ratio where there is one, else the value: what goals and comparisons go by. */
  double decisive() {
    return median(decisiveRuns());
  }

  /** Whether single rounds of this one and another say the opposite of the medians. */
  boolean overlaps(Figure other) {
    return Collections.min(decisiveRuns()) <= Collections.max(other.decisiveRuns())
        && Collections.min(other.decisiveRuns()) <= Collections.max(decisiveRuns());
  }

  private List<Double> decisiveRuns() {
    return isRatio() ? ratios : runs;
  }

  /** Whether the goal is reached; true when there is none. */
  boolean reachesGoal() {
    return goal == null || better.reaches(goal, decisive());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
