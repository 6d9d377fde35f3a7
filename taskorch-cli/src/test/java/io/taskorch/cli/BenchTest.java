package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {

  @TempDir private Path folder;

  @Test
  void printsItsProgressAndTheFiguresAndNoLog() {
    try (CliProcess bench =
        CliProcess.start(folder, "bench", "--only", "memory", "--tasks", "500", "--runs", "1")) {
      assertThat(bench.exitCode(CliProcess.LONGEST_START)).isZero();
      assertThat(bench.out()).contains("bytes").doesNotContain("DEBUG");
      assertThat(bench.err()).contains("round 1").doesNotContain("WARN", "ERROR", "DEBUG");
    }
  }
}
