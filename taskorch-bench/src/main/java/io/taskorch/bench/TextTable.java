package io.taskorch.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** The figures in a terminal. */
final class TextTable {

  private TextTable() {}

  static void print(Report report, PrintStream out) {
    out.printf("taskorch %s on %s%n", report.version(), report.machine());
    List<Figure> figures = report.figures();
    int name = figures.stream().mapToInt(figure -> figure.name().length()).max().orElse(0);
    String row = "  %-" + name + "s  %10s %-11s  %-22s  %s%n";
    String benchmark = "";
    for (Figure figure : figures) {
      if (!figure.benchmark().equals(benchmark)) {
        benchmark = figure.benchmark();
        out.printf("%n%s%n", benchmark);
      }
      out.printf(
          Locale.ROOT,
          row,
          figure.name(),
          Words.value(figure),
          figure.unit(),
          Words.spread(figure),
          remarks(figure));
    }
  }

  private static String remarks(Figure figure) {
    String ratio = Words.ratio(figure);
    String goal = Words.goal(figure);
    return ratio
        + (ratio.isEmpty() || goal.isEmpty() ? "" : "; ")
        + (goal.isEmpty() ? "" : "goal " + goal);
  }
}
