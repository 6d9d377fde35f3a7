package io.taskorch.bench;

import java.time.Instant;
import java.util.List;

/**
 * A run of the suite.
 *
 * @param version taskorch's own
 * @param tasks what the larger benchmarks worked with
 */
record Report(String version, Instant date, Machine machine, int tasks, List<Figure> figures) {

  Report {
    figures = List.copyOf(figures);
  }

  /**
   * Where the figures come from.
   *
   * @param cores processors that this JVM sees
   */
  record Machine(int cores, String system, String jvm, String redis) {

    static Machine here(String redis) {
      return new Machine(
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("os.name") + " " + System.getProperty("os.arch"),
          System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
          redis);
    }

    @Override
    public String toString() {
      return cores + " cores, " + system + ", " + jvm + ", Redis " + redis;
    }
  }
}
