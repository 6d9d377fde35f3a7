package io.taskorch.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.shell.ShellOptions.Mode;
import io.taskorch.task.PermanentTaskException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTest {

  private static final ShellOptions NAMED = options(Mode.NAMED);
  private static final ShellOptions ANY = options(Mode.ANY);

  private static ShellOptions options(Mode mode) {
    return new ShellOptions(
        mode, Map.of("build", List.of("make", "all")), Path.of("work"), List.of(), 4096);
  }

  private static Command read(String payload) throws Exception {
    return new ObjectMapper().readValue(payload, Command.class);
  }

  @Test
  void anyCommandRunsWhereAnyMay() throws Exception {
    assertThat(read("{\"command\":\"a | b\"}").arguments(ANY))
        .containsExactly("bash", "-c", "a | b");
    assertThat(read("{\"argv\":[\"a\",\"\",\"b c\"]}").arguments(ANY))
        .containsExactly("a", "", "b c");
    assertThat(read("{\"name\":\"build\"}").arguments(ANY)).containsExactly("make", "all");
  }

  @Test
  void onlyConfiguredCommandsRunWhereOnlyTheyMay() throws Exception {
    assertThat(read("{\"name\":\"build\"}").arguments(NAMED)).containsExactly("make", "all");
    for (String other : new String[] {"{\"command\":\"make all\"}", "{\"argv\":[\"make\"]}"}) {
      assertThatThrownBy(() -> read(other).arguments(NAMED))
          .isInstanceOf(PermanentTaskException.class)
          .hasMessageContaining("only the commands that its settings name");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"work_dir\":\"x\"}",
        "{\"command\":\"a\",\"argv\":[\"a\"]}",
        "{\"command\":\"a\",\"name\":\"build\"}",
        "{\"argv\":[]}",
        "{\"argv\":[\"\"]}",
        "{\"argv\":[\"a\",null]}",
        "{\"name\":\"none\"}",
      })
  void whatIsNotOneCommandFailsForGood(String payload) throws Exception {
    Command command = read(payload);
    assertThatThrownBy(() -> command.arguments(ANY)).isInstanceOf(PermanentTaskException.class);
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    for (List<String> argv : List.of(List.<String>of(), List.of(""), List.of("./make"))) {
      assertThatThrownBy(
              () ->
                  new ShellOptions(Mode.NAMED, Map.of("a", argv), Path.of("work"), List.of(), 4096))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(
            () -> new ShellOptions(Mode.NAMED, Map.of(), Path.of("work"), List.of(), 4096))
        .hasMessageContaining("commands names none");
    assertThatThrownBy(
            () -> new ShellOptions(Mode.ANY, Map.of(), Path.of("work"), List.of("A=B"), 4096))
        .hasMessageContaining("env");
    assertThatThrownBy(() -> new ShellOptions(Mode.ANY, Map.of(), Path.of("work"), List.of(), 1))
        .hasMessageContaining("max_output");
  }
}
