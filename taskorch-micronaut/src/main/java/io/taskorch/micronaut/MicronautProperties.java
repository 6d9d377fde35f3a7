package io.taskorch.micronaut;

import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ServerConfig;
import io.taskorch.micronaut.config.TaskorchConfig;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What Micronaut is told of the settings; it reads nothing else. */
final class MicronautProperties {

  /** Room for the largest body, a workflow of 16 MiB; each route has its own limit below this. */
  private static final long LARGEST_BODY = 17L * 1024 * 1024;

  private MicronautProperties() {}

  static Map<String, Object> of(Set<App> apps, TaskorchConfig config) {
    ServerConfig server = config.server();
    Map<String, Object> all = new HashMap<>();
    all.put(Launcher.LAUNCHED, true);
    apps.forEach(app -> all.put("taskorch.apps." + word(app), true));
    all.put(
        "micronaut.application.name",
        apps.size() == 1 ? "taskorch-" + word(apps.iterator().next()) : "taskorch");
    all.put("micronaut.server.host", server.host());
    all.put("micronaut.server.port", server.port() == 0 ? -1 : server.port());
    all.put("micronaut.server.max-request-size", LARGEST_BODY);
    if (!server.allowedOrigins().isEmpty()) {
      all.put("micronaut.server.cors.enabled", true);
      all.put(
          "micronaut.server.cors.configurations.allowed.allowed-origins", server.allowedOrigins());
    }
    all.put("endpoints.all.enabled", false);
    all.put("endpoints.health.enabled", true);
    all.put("endpoints.health.sensitive", false);
    all.put("endpoints.health.details-visible", "ANONYMOUS");
    all.put("endpoints.health.disk-space.enabled", false);
    all.put("endpoints.health.discovery-client.enabled", false);
    all.put("micronaut.metrics.enabled", config.metrics().enabled());
    all.put("micronaut.metrics.export.prometheus.enabled", config.metrics().enabled());
    if (config.metrics().enabled()) {
      all.put(
          metricsOnTheirOwnPort(config) ? MetricsController.OWN_PORT : MetricsController.SHARED,
          config.metrics().port());
    }
    return all;
  }

  static boolean metricsOnTheirOwnPort(TaskorchConfig config) {
    int port = config.metrics().port();
    return config.metrics().enabled() && port != 0 && port != config.server().port();
  }

  private static String word(App app) {
    return app.name().toLowerCase(Locale.ROOT);
  }
}
