package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine command =
      Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void helpGoesToStandardOutput() {
    assertThat(command.execute("--help")).isZero();
    assertThat(out.toString()).startsWith("Usage: taskorch");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void anUnknownOptionIsMisuse() {
    assertThat(command.execute("--no-such-option")).isEqualTo(2);
    assertThat(err.toString()).contains("--no-such-option");
  }

  @Test
  void theHelpOfBenchTellsItsOptionsAndBenchmarks() {
    assertThat(command.execute("bench", "--help")).isZero();
    assertThat(out.toString())
        .startsWith("Usage: taskorch bench [--only NAME,...]")
        .contains("--check FILE", "--doc FOLDER", "TASKORCH_REDIS_ADDR")
        .contains("\n  drain ", "\n  partitions ");
  }
}
