package io.taskorch.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run beside an earlier one: by the ratios where figures have one, which a slower machine does
 * not change, else by the values. Yardsticks are left out, for they tell of the machine.
 *
 * @param fallen figures that are worse by more than a tenth
 * @param notes what could not be compared, one line each
 */
record Comparison(List<Fall> fallen, List<String> notes) {

  private static final double TENTH = 0.1;

  /** A figure then and now. */
  record Fall(Figure then, Figure now) {

    @Override
    public String toString() {
      String text = then.isRatio() ? Words.ratio(then) : Words.value(then) + " " + then.unit();
      String later = now.isRatio() ? Words.ratio(now) : Words.value(now) + " " + now.unit();
      return now.name()
          + ": "
          + text
          + " then, "
          + later
          + " now"
          + (then.overlaps(now) ? " (single runs overlap)" : "");
    }
  }

  static Comparison of(Report baseline, Report report) {
    Map<String, Figure> then = byName(baseline);
    Map<String, Figure> now = byName(report);
    List<Fall> fallen = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    if (baseline.tasks() != report.tasks()) {
      notes.add("the baseline worked with " + baseline.tasks() + " tasks, not " + report.tasks());
    }
    then.forEach(
        (name, before) -> {
          Figure after = now.get(name);
          if (after == null) {
            notes.add("not measured now: " + name);
          } else if (after.isRatio() != before.isRatio()) {
            notes.add("not a ratio in both: " + name);
          } else if (isWorse(before, after)) {
            fallen.add(new Fall(before, after));
          }
        });
    now.keySet().stream()
        .filter(name -> !then.containsKey(name))
        .forEach(name -> notes.add("not in the baseline: " + name));
    return new Comparison(fallen, notes);
  }

  private static boolean isWorse(Figure then, Figure now) {
    double slack =
        switch (then.better()) {
          case HIGHER -> 1 - TENTH;
          case LOWER -> 1 + TENTH;
        };
    return !then.better().reaches(slack * then.decisive(), now.decisive());
  }

  private static Map<String, Figure> byName(Report report) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    report.figures().stream()
        .filter(figure -> !figure.yardstick())
        .forEach(figure -> figures.put(figure.name(), figure));
    return figures;
  }

  void print(PrintStream out) {
    notes.forEach(out::println);
    if (fallen.isEmpty()) {
      out.println("no figure fell by more than a tenth");
    } else {
      out.println("fell by more than a tenth:");
      fallen.forEach(fall -> out.println("  " + fall));
    }
  }
}
