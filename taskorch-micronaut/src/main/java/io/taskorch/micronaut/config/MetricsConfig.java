package io.taskorch.micronaut.config;

/**
 * Where metrics are told.
 *
 * @param port of {@code /metrics}; 0 for the server's port
 */
public record MetricsConfig(boolean enabled, int port) {

  static MetricsConfig read(Settings settings, App app) {
    return new MetricsConfig(
        settings.flag("enabled", true), settings.number("port", app.metricsPort(), 0, 65_535));
  }
}
