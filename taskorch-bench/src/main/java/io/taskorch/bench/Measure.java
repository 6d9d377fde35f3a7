package io.taskorch.bench;

import org.jspecify.annotations.Nullable;

/**
 * Something that is measured, apart from any run.
 *
 * @param name unique among all
 * @param unit such as {@code tasks/s}
 * @param of what it is compared to, measured in the same round; null for nothing
 * @param goal for the ratio where there is one, else for the value; null for none
 * @param yardstick whether it tells of the machine and not of taskorch
 */
record Measure(
    String name,
    String unit,
    Better better,
    @Nullable Measure of,
    @Nullable Double goal,
    boolean yardstick) {

  static Measure rate(String name, String unit) {
    return new Measure(name, unit, Better.HIGHER, null, null, false);
  }

  static Measure cost(String name, String unit) {
    return new Measure(name, unit, Better.LOWER, null, null, false);
  }

  Measure comparedTo(Measure other) {
    return new Measure(name, unit, better, other, goal, yardstick);
  }

  Measure withGoal(double limit) {
    return new Measure(name, unit, better, of, limit, yardstick);
  }

  Measure asYardstick() {
    return new Measure(name, unit, better, of, goal, true);
  }
}
