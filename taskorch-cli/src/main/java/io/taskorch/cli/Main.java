package io.taskorch.cli;

import io.taskorch.micronaut.Launcher;
import io.taskorch.micronaut.config.App;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The {@code taskorch} command. */
@Command(
    name = "taskorch",
    description = "A task queue on Redis, with workflows.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {DemoCommand.class, DevCommand.class})
public final class Main implements Runnable {
  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  private Main() {}

  /** Runs the command; exits 0 when it succeeded, 1 when it failed, 2 when it was misused. */
  public static void main(String[] args) {
    // Pictures are drawn on no screen; on a desktop an icon would appear for it.
    System.setProperty("java.awt.headless", "true");
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main()).setExecutionExceptionHandler(Main::report);
    // The benchmarks read their options themselves, and tell of them.
    CommandLine bench =
        Objects.requireNonNull(command.getSubcommands().get("bench"))
            .setUnmatchedOptionsArePositionalParams(true);
    bench
        .getCommandSpec()
        .usageMessage()
        .customSynopsis("taskorch bench " + io.taskorch.bench.Main.USAGE);
    // When it is asked for: other commands need not know the benchmarks to start.
    bench
        .getHelpSectionMap()
        .put(
            CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER,
            help -> String.join("\n", io.taskorch.bench.Main.help()) + "\n");
    return command;
  }

  /** Without a subcommand there is nothing to do but to say what there is. */
  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }

  @Command(
      description = "Starts the REST API alone, until Ctrl-C.",
      mixinStandardHelpOptions = true)
  int api(@Option(names = "--config", paramLabel = "FILE", description = CONFIG) Path config) {
    return start(App.API, config);
  }

  @Command(
      description = "Starts a worker alone, with the handlers of the examples, until Ctrl-C.",
      mixinStandardHelpOptions = true)
  int worker(@Option(names = "--config", paramLabel = "FILE", description = CONFIG) Path config) {
    return start(App.WORKER, config);
  }

  @Command(
      description = "Starts a scheduler alone, which keeps tasks moving, until Ctrl-C.",
      mixinStandardHelpOptions = true)
  int scheduler(
      @Option(names = "--config", paramLabel = "FILE", description = CONFIG) Path config) {
    return start(App.SCHEDULER, config);
  }

  @Command(
      description = "Measures taskorch beside the raw ceiling of the same Redis.",
      mixinStandardHelpOptions = true)
  void bench(@Parameters(hidden = true) String[] arguments)
      throws IOException, InterruptedException {
    CommandLog.errorsOnly();
    io.taskorch.bench.Main.main(arguments == null ? new String[0] : arguments);
  }

  static final String CONFIG = "Settings, such as config/local.yaml; without it the defaults.";

  private static int start(App app, @Nullable Path config) {
    return Launcher.run(Set.of(app), Launcher.loader(app, config), Examples.here(), running -> {});
  }

  private static int report(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
    Throwable told = failure instanceof UncheckedIOException ? failure.getCause() : failure;
    String message = told == null ? null : told.getMessage();
    command.getErr().println("taskorch: " + (message == null ? failure : message));
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"taskorch " + (version == null ? "(not packaged)" : version)};
    }
  }
}
