package io.taskorch.micronaut.config;

/**
 * Where traces go.
 *
 * @param otlpEndpoint a URL; empty for none
 */
public record TracingConfig(boolean enabled, String otlpEndpoint) {

  static TracingConfig read(Settings settings) {
    TracingConfig config =
        new TracingConfig(settings.flag("enabled", false), settings.text("otlp_endpoint", ""));
    if (config.enabled) {
      settings.refuse("enabled", "is true, but this version has no tracing");
    }
    return config;
  }
}
