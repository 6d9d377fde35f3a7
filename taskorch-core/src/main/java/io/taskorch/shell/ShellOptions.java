package io.taskorch.shell;

import io.taskorch.task.Names;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which commands a worker runs, and how.
 *
 * @param commands argument lists by name; the program is an absolute path, or a name that is found
 *     in {@code PATH}
 * @param workDir the folder that all work folders lie in; made when it is not there
 * @param env names of the worker's own environment variables that commands get
 * @param maxOutput how many bytes of an attempt's output go to the task's log, {@link
 *     #LEAST_OUTPUT} to {@link #MOST_OUTPUT}
 */
public record ShellOptions(
    Mode mode, Map<String, List<String>> commands, Path workDir, List<String> env, long maxOutput) {

  public static final long LEAST_OUTPUT = 1024;
  public static final long MOST_OUTPUT = 1L << 30;

  /** The handler is off. */
  public static final ShellOptions OFF =
      new ShellOptions(Mode.OFF, Map.of(), Path.of("taskorch-work"), List.of(), 1L << 20);

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Who says what runs. */
  public enum Mode {
    /** No commands are run; the worker has no handler for them. */
    OFF,
    /** The payload names one of the configured commands. */
    NAMED,
    /** The payload may hold any command: for workers whose submitters are all trusted. */
    ANY
  }

  public ShellOptions {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    commands.forEach(
        (name, argv) -> {
          requireCommand(name, argv);
          copy.put(name, List.copyOf(argv));
        });
    commands = Collections.unmodifiableMap(copy);
    env = List.copyOf(env);
    if (mode == Mode.NAMED && commands.isEmpty()) {
      throw new IllegalArgumentException("mode is named, and commands names none");
    }
    if (!env.stream().allMatch(ShellOptions::isVariable)) {
      throw new IllegalArgumentException("env has an entry that is not a variable's name");
    }
    if (maxOutput < LEAST_OUTPUT || maxOutput > MOST_OUTPUT) {
      throw new IllegalArgumentException("max_output is not 1KiB to 1GiB");
    }
  }

  /**
   * @throws IllegalArgumentException it cannot be one of {@code commands}
   */
  public static void requireCommand(String name, List<String> argv) {
    if (!Names.isValid(name)) {
      throw new IllegalArgumentException("has a name that is not " + Names.SHAPE_IN_WORDS);
    }
    if (argv.isEmpty() || argv.getFirst().isEmpty()) {
      throw new IllegalArgumentException("is a command without a program");
    }
    String program = argv.getFirst();
    // A path below the work folder would be whatever an earlier command has put there.
    if (program.contains("/") && !Path.of(program).isAbsolute()) {
      throw new IllegalArgumentException(
          "has a program that is neither an absolute path nor a bare name");
    }
  }

  /** Whether this can be one of {@code env}. */
  public static boolean isVariable(String name) {
    return VARIABLE.matcher(name).matches();
  }

  public boolean enabled() {
    return mode != Mode.OFF;
  }
}
