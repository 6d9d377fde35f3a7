package io.taskorch.shell;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskorch.task.PermanentTaskException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The payload: one of a command for bash, an argument list, and the name of a configured command.
 *
 * @param workDir of a folder that tasks share, below the configured one; null for one of its own
 */
record Command(
    @Nullable String command,
    @Nullable List<@Nullable String> argv,
    @Nullable String name,
    @JsonProperty("work_dir") @Nullable String workDir) {

  /**
   * What is to run.
   *
   * @throws PermanentTaskException it is not one command, or the options do not allow it
   */
  List<String> arguments(ShellOptions options) {
    long said = Stream.of(command, argv, name).filter(Objects::nonNull).count();
    if (said != 1) {
      throw new PermanentTaskException("the payload has not one of command, argv and name");
    }
    if (name != null) {
      return named(options.commands(), name);
    }
    if (options.mode() != ShellOptions.Mode.ANY) {
      throw new PermanentTaskException(
          "this worker runs only the commands that its settings name: the payload has no name");
    }
    return command == null ? checked(Objects.requireNonNull(argv)) : List.of("bash", "-c", command);
  }

  private static List<String> named(Map<String, List<String>> commands, String name) {
    List<String> arguments = commands.get(name);
    if (arguments == null) {
      throw new PermanentTaskException("this worker's settings name no such command");
    }
    return arguments;
  }

  private static List<String> checked(List<@Nullable String> argv) {
    if (argv.isEmpty() || argv.contains(null) || "".equals(argv.getFirst())) {
      throw new PermanentTaskException("argv is not a program and its arguments");
    }
    return List.copyOf(argv);
  }
}
