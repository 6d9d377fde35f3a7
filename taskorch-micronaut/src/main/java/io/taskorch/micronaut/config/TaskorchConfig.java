package io.taskorch.micronaut.config;

import io.taskorch.limit.DeclaredLimits;

/**
 * Every setting of an app.
 *
 * @param limits those that the file declares, which the scheduler sets
 */
public record TaskorchConfig(
    RedisConfig redis,
    ServerConfig server,
    WorkerConfig worker,
    SchedulerConfig scheduler,
    DeclaredLimits limits,
    MetricsConfig metrics,
    TracingConfig tracing,
    LoggingConfig logging,
    AuthConfig auth) {

  static TaskorchConfig read(Settings settings, App app) {
    Settings server = settings.section("server");
    Settings auth = settings.section("auth");
    TaskorchConfig config =
        new TaskorchConfig(
            RedisConfig.read(settings.section("redis")),
            ServerConfig.read(server, app),
            WorkerConfig.read(settings.section("worker")),
            SchedulerConfig.read(settings.section("scheduler")),
            LimitSettings.read(settings),
            MetricsConfig.read(settings.section("metrics"), app),
            TracingConfig.read(settings.section("tracing")),
            LoggingConfig.read(settings.section("logging")),
            AuthConfig.read(auth));
    if (!config.auth.enabled() && !config.server.loopback()) {
      String open = "is reachable from other machines while auth.enabled is false";
      if (config.auth.allowOpen()) {
        server.warn("host", open + ": anybody there can read and change everything");
      } else {
        server.refuse("host", open + "; bind to 127.0.0.1, or accept it with auth.allow_open");
      }
    }
    return config;
  }
}
