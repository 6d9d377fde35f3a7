package io.taskorch.bench;

import io.taskorch.testing.EmbeddedRedis;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Runs the benchmarks against an embedded Redis and prints a table. */
public final class Main {

  private static final int TASKS = 100_000;
  private static final int RUNS = 3;

  private Main() {}

  /** {@code [--tasks N] [--runs N]}; ends with 2 when the arguments are wrong. */
  public static void main(String[] args) throws InterruptedException, IOException {
    int tasks = TASKS;
    int runs = RUNS;
    for (int i = 0; i < args.length; i += 2) {
      int value = i + 1 < args.length ? positive(args[i + 1]) : 0;
      if (args[i].equals("--tasks") && value > 0) {
        tasks = value;
      } else if (args[i].equals("--runs") && value > 0) {
        runs = value;
      } else {
        System.err.println("usage: taskorch bench [--tasks N] [--runs N]");
        System.exit(2);
      }
    }
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      print(System.out, new Benchmarks(redis.uri(), tasks, runs).run());
    }
    System.exit(0);
  }

  private static int positive(String text) {
    try {
      return Math.max(0, Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static void print(PrintStream out, List<Figure> figures) {
    out.printf(Locale.ROOT, "%-58s %12s %25s  %s%n", "", "median", "least to most", "of ceiling");
    for (Figure figure : figures) {
      Figure ceiling = figure.ceiling();
      out.printf(
          Locale.ROOT,
          "%-58s %,12.0f %,12.0f to %,9.0f  %s%n",
          figure.name() + ", " + figure.unit(),
          figure.median(),
          figure.least(),
          figure.most(),
          ceiling == null
              ? ""
              : String.format(Locale.ROOT, "%3.0f %%", 100 * figure.median() / ceiling.median()));
    }
  }
}
