package io.taskorch.micronaut.config;

import io.taskorch.shell.ShellOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Which commands the worker runs; see {@link ShellOptions}.
 *
 * @param commands argument lists by name; only a file can give them
 * @param workDir the folder that all work folders lie in
 * @param env names of variables that commands get
 * @param maxOutput in bytes
 */
public record ShellConfig(
    ShellOptions.Mode mode,
    Map<String, List<String>> commands,
    String workDir,
    List<String> env,
    long maxOutput) {

  public ShellConfig {
    commands = Map.copyOf(commands);
    env = List.copyOf(env);
  }

  static ShellConfig read(Settings settings) {
    ShellOptions fallback = ShellOptions.OFF;
    ShellConfig config =
        new ShellConfig(
            settings.choice("mode", fallback.mode()),
            settings.lists("commands", ShellOptions::requireCommand),
            settings.folder("work_dir", fallback.workDir().toString()),
            settings.variables("env"),
            settings.bytes(
                "max_output",
                fallback.maxOutput(),
                ShellOptions.LEAST_OUTPUT,
                ShellOptions.MOST_OUTPUT));
    if (config.mode == ShellOptions.Mode.NAMED && config.commands.isEmpty()) {
      settings.refuse("mode", "asks for commands, and there are none");
    }
    return config;
  }

  public ShellOptions options() {
    return new ShellOptions(mode, commands, Path.of(workDir), env, maxOutput);
  }
}
