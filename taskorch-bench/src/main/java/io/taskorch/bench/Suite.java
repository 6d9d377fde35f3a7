package io.taskorch.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs benchmarks in rounds, the ceiling in each, so that a drift of the machine meets all alike.
 * The first round warms up and does not count.
 */
final class Suite {

  private final List<Benchmark> all;
  private final List<Benchmark> chosen;

  /**
   * @param only names; empty for all
   * @throws UsageException there is none of a name
   */
  Suite(List<Benchmark> all, List<String> only) throws UsageException {
    this.all = List.copyOf(all);
    List<String> names = all.stream().map(Benchmark::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw new UsageException(
            "--only: there is no benchmark \"" + name + "\", but " + String.join(", ", names));
      }
    }
    this.chosen = only.isEmpty() ? this.all : withWhatTheyNeed(only);
  }

  /**
   * All there are.
   *
   * @param tasks of the larger ones
   */
  static List<Benchmark> everything(int tasks) {
    return List.of(
        new Ceiling(),
        new Enqueue(),
        new Drain(),
        new Latency(),
        new Delayed(tasks),
        new Retries(),
        new Workflows(),
        new Memory(),
        new Http(),
        new Backlog(tasks),
        new Idle(),
        new Startup(),
        new Partitions(),
        new Cpu());
  }

  /** A ratio needs what it is a ratio to. */
  private List<Benchmark> withWhatTheyNeed(List<String> names) {
    Set<Measure> needed =
        all.stream()
            .filter(benchmark -> names.contains(benchmark.name()))
            .flatMap(benchmark -> benchmark.measures().stream())
            .flatMap(measure -> Stream.ofNullable(measure.of()))
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return all.stream()
        .filter(
            benchmark ->
                names.contains(benchmark.name())
                    || benchmark.measures().stream().anyMatch(needed::contains))
        .toList();
  }

  /** Measures what was chosen; says on {@code progress} where it is. */
  List<Figure> run(Rig rig, PrintStream progress) throws InterruptedException {
    Sheet sheet = new Sheet();
    try {
      for (int round = 0; round <= rig.runs() && !ofEachRound().isEmpty(); round++) {
        progress.print(round == 0 ? "warm-up:" : "round " + round + " of " + rig.runs() + ":");
        for (Benchmark benchmark : ofEachRound()) {
          measure(benchmark, rig, round == 0 ? new Sheet() : sheet, progress);
        }
        progress.println();
      }
      for (Benchmark benchmark : ofTheEnd()) {
        progress.print("at the end:");
        measure(benchmark, rig, sheet, progress);
        progress.println();
      }
    } finally {
      chosen.forEach(Benchmark::close);
    }
    return sheet.figures(chosen);
  }

  private static void measure(Benchmark benchmark, Rig rig, Sheet sheet, PrintStream progress)
      throws InterruptedException {
    progress.print(" " + benchmark.name());
    progress.flush();
    long begin = System.nanoTime();
    benchmark.measure(rig, sheet);
    progress.printf(" (%.0f s)", (System.nanoTime() - begin) / 1e9);
  }

  private List<Benchmark> ofEachRound() {
    return chosen.stream().filter(benchmark -> !benchmark.takesItsTime()).toList();
  }

  private List<Benchmark> ofTheEnd() {
    List<Benchmark> last = new ArrayList<>(chosen);
    last.removeAll(ofEachRound());
    return last;
  }
}
