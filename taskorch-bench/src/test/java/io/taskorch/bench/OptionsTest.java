package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {

  @TempDir Path folder;

  @Test
  void withoutArgumentsEverythingIsMeasuredThreeTimes() throws UsageException {
    assertThat(Options.parse()).isEqualTo(new Options(List.of(), 3, 100_000, null, null, null));
  }

  @Test
  void everyOptionIsRead() throws UsageException, IOException {
    Path baseline = Files.createFile(folder.resolve("baseline.json"));
    Path json = folder.resolve("new.json");

    Options options =
        Options.parse(
            "--only",
            "drain, memory",
            "--runs",
            "5",
            "--tasks",
            "2000",
            "--json",
            json.toString(),
            "--check",
            baseline.toString(),
            "--doc",
            folder.toString());

    assertThat(options)
        .isEqualTo(new Options(List.of("drain", "memory"), 5, 2000, json, baseline, folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--only", "--runs", "--tasks", "--json", "--check", "--doc"})
  void anOptionNeedsAValue(String option) {
    assertThatThrownBy(() -> Options.parse(option))
        .isInstanceOf(UsageException.class)
        .hasMessage(option + " needs a value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--fast", "drain", "", "-1"})
  void anUnknownArgumentIsRefusedWithThoseThatThereAre(String argument) {
    assertThatThrownBy(() -> Options.parse(argument))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("unknown argument " + argument)
        .hasMessageContaining("--only")
        .hasMessageContaining("--doc");
  }

  @ParameterizedTest
  @CsvSource({
    "--runs,0",
    "--runs,-3",
    "--runs,101",
    "--runs,three",
    "--tasks,0",
    "--tasks,1.5",
    "--tasks,1000001",
    "--tasks,99999999999999",
    "--tasks,''"
  })
  void aNumberThatCannotBeIsRefusedWithItsBounds(String option, String value) {
    assertThatThrownBy(() -> Options.parse(option, value))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith(option + " is not a number from 1 to ");
  }

  @Test
  void filesThatCannotBeReadOrWrittenAreRefusedBeforeTheFirstMeasurement() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));

    assertThatThrownBy(() -> Options.parse("--check", folder.resolve("none").toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--check: there is no file");
    assertThatThrownBy(() -> Options.parse("--check", folder.toString()))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> Options.parse("--json", folder.resolve("none/a.json").toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("--json: no file can be written");
    assertThatThrownBy(() -> Options.parse("--json", folder.toString()))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> Options.parse("--doc", file.toString()))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("is not a folder");
  }

  @Test
  void aPathThatNoSystemTakesIsRefused() {
    assertThatThrownBy(() -> Options.parse("--json", "a\0b")).isInstanceOf(UsageException.class);
  }
}
