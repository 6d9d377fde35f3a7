package io.taskorch.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The figures as a page and a picture. */
final class Document {

  private final StringBuilder page = new StringBuilder();
  private final Report report;

  private Document(Report report) {
    this.report = report;
  }

  /**
   * Writes {@code figures.md} and {@code figures.svg}.
   *
   * @param benchmarks what the figures come from
   * @param folder is made when there is none
   */
  static void write(Report report, List<Benchmark> benchmarks, Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("figures.svg"), Chart.of(report));
    Files.writeString(folder.resolve("figures.md"), new Document(report).page(benchmarks));
  }

  private String page(List<Benchmark> benchmarks) {
    int runs =
        report.figures().stream()
            .filter(figure -> !figure.yardstick())
            .mapToInt(figure -> figure.runs().size())
            .max()
            .orElse(0);
    add("# Figures");
    add("");
    add(
        "Written by `./taskorch bench --doc`; what they mean is in"
            + " [performance.md](performance.md).");
    add("");
    add("- taskorch %s, %s", report.version(), report.date());
    add("- %s", report.machine());
    add("- %,d tasks in the larger benchmarks; medians of %d runs", report.tasks(), runs);
    add("- again, on a machine that does nothing else: `./taskorch bench --doc docs/guides`");
    add("");
    add("![Share of the raw ceiling](figures.svg)");
    for (Benchmark benchmark : benchmarks) {
      List<Figure> figures =
          report.figures().stream().filter(f -> f.benchmark().equals(benchmark.name())).toList();
      if (!figures.isEmpty()) {
        table(benchmark, figures);
      }
    }
    ScaleModel.of(report).ifPresent(this::model);
    return page.toString();
  }

  private void model(ScaleModel model) {
    add("");
    add("## What N cores of Redis give");
    add("");
    add(
        "One core of Redis per master of a cluster; [scaling.md](scaling.md) tells how this is"
            + " reckoned. At full load a task takes %s µs of Redis, from its enqueue to its prune,"
            + " and %s µs of a worker around its handler.",
        Words.number(model.redisMicros()), Words.number(model.workerMicros()));
    add("");
    add(
        "| Cores of Redis | Tasks/s at the most | Cores of workers for them, beside the handlers"
            + " |");
    add("|---:|---:|---:|");
    for (int cores : new int[] {1, 3, 6, 12}) {
      add("| %d | %,.0f | %.1f |", cores, model.rate(cores), model.workerCores(cores));
    }
  }

  private void table(Benchmark benchmark, List<Figure> figures) {
    add("");
    add("## %s", benchmark.name());
    add("");
    add("%s.", capitalized(benchmark.description()));
    add("");
    add("| Figure | Median | Least to most | Beside | Goal |");
    add("|---|---:|---:|---|---|");
    for (Figure figure : figures) {
      add(
          "| %s | %s %s | %s | %s | %s |",
          figure.name(),
          Words.value(figure),
          figure.unit(),
          Words.spread(figure),
          Words.ratio(figure),
          Words.goal(figure));
    }
  }

  private static String capitalized(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private void add(String line, Object... arguments) {
    page.append(arguments.length == 0 ? line : String.format(Locale.ROOT, line, arguments))
        .append('\n');
  }
}
