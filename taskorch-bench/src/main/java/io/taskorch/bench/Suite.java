package io.taskorch.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs benchmarks in rounds, and the part of the ceiling that each is compared to just before it,
 * so that a drift of the machine meets both alike. The first round warms up and does not count.
 */
final class Suite {

  private final List<Benchmark> chosen;
  private final Ceiling ceiling = new Ceiling();

  /**
   * @param only names; empty for all
   * @throws UsageException there is none of a name
   */
  Suite(List<Benchmark> all, List<String> only) throws UsageException {
    List<String> names = all.stream().map(Benchmark::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw new UsageException(
            "--only: there is no benchmark \"" + name + "\", but " + String.join(", ", names));
      }
    }
    this.chosen =
        all.stream()
            .filter(benchmark -> only.isEmpty() || only.contains(benchmark.name()))
            .toList();
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
        new FlowTasks(Rig.plainTask()),
        new Memory(),
        new Http(),
        new Backlog(tasks),
        new Idle(),
        new Schedules(tasks),
        new Startup(),
        new Partitions(),
        new Cpu());
  }

  /** Measures what was chosen; says on {@code progress} where it is. */
  List<Figure> run(Rig rig, PrintStream progress) throws InterruptedException {
    Sheet sheet = new Sheet();
    try {
      for (int round = 0; round <= rig.runs() && !ofEachRound().isEmpty(); round++) {
        progress.print(round == 0 ? "warm-up:" : "round " + round + " of " + rig.runs() + ":");
        Sheet ofRound = round == 0 ? new Sheet() : sheet;
        for (Benchmark benchmark : ofEachRound()) {
          measure(benchmark, rig, ofRound, progress);
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
    return sheet.figures(withCeiling());
  }

  /** What was chosen, behind the ceiling, which some of it may be compared to. */
  private List<Benchmark> withCeiling() {
    List<Benchmark> told = new ArrayList<>(chosen);
    told.removeIf(benchmark -> benchmark.name().equals(ceiling.name()));
    told.addFirst(ceiling);
    return told;
  }

  private void measure(Benchmark benchmark, Rig rig, Sheet sheet, PrintStream progress)
      throws InterruptedException {
    progress.print(" " + benchmark.name());
    progress.flush();
    long begin = System.nanoTime();
    ceiling.measure(rig, sheet, comparedTo(benchmark));
    benchmark.measure(rig, sheet);
    progress.printf(Locale.ROOT, " (%.0f s)", (System.nanoTime() - begin) / 1e9);
  }

  private static Set<Measure> comparedTo(Benchmark benchmark) {
    return benchmark.measures().stream()
        .flatMap(measure -> Stream.ofNullable(measure.of()))
        .collect(Collectors.toSet());
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
