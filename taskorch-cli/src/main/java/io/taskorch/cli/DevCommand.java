package io.taskorch.cli;

import io.taskorch.micronaut.Launcher;
import io.taskorch.micronaut.RunningApp;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.testing.EmbeddedRedis;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Keeps all three apps running in this process. */
@Command(
    name = "dev",
    description = "Keeps the whole stack running on loopback until Ctrl-C.",
    mixinStandardHelpOptions = true)
final class DevCommand implements Callable<Integer> {

  private static final String EMBEDDED = "embedded";

  /** What fits one machine and somebody who watches; settings may say otherwise. */
  private static final Map<String, String> DEFAULTS =
      Map.of("metrics.port", "0", "scheduler.no_handler_grace", "5s");

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Of the REST API; 8080 unless given.")
  private @Nullable Integer port;

  @Option(
      names = "--redis",
      paramLabel = "embedded|ADDR",
      description = "HOST:PORT or redis://HOST:PORT; unless given or set, one that comes along.")
  private @Nullable String redis;

  @Option(names = "--config", paramLabel = "FILE", description = Main.CONFIG)
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Map<String, String> said = new HashMap<>();
    if (port != null) {
      said.put("server.port", String.valueOf(port));
    }
    if (redis != null && !redis.equals(EMBEDDED)) {
      said.put("redis.addr", redis);
    }
    ConfigLoader loader = Launcher.loader(App.API, config).defaults(DEFAULTS).overrides(said);
    if (!EMBEDDED.equals(redis) && loader.says("redis.addr")) {
      return run(loader);
    }
    try (EmbeddedRedis embedded = LocalRedis.start()) {
      said.put("redis.addr", embedded.uri().toString());
      return run(loader.overrides(said));
    }
  }

  private int run(ConfigLoader loader) {
    return Launcher.run(EnumSet.allOf(App.class), loader, Examples.here(), this::tell);
  }

  private void tell(RunningApp app) {
    String address = app.context().getBean(TaskorchConfig.class).redis().addr().getFirst();
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    command.getOut().println("api " + app.url());
    command.getOut().println("redis " + (address.contains("://") ? address : "redis://" + address));
    command.getOut().flush();
  }
}
