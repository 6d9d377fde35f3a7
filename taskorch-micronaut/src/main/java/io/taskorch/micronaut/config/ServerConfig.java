package io.taskorch.micronaut.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/**
 * The HTTP server of the app.
 *
 * @param host the address to bind to
 * @param port 0 for any free one
 * @param gracefulShutdownTimeout how long what runs may take to finish after SIGTERM
 * @param allowedOrigins which pages of other origins may call from a browser, each {@code
 *     scheme://host[:port]}
 */
public record ServerConfig(
    String host, int port, Duration gracefulShutdownTimeout, List<String> allowedOrigins) {

  public ServerConfig {
    allowedOrigins = List.copyOf(allowedOrigins);
  }

  static ServerConfig read(Settings settings, App app) {
    return new ServerConfig(
        settings.host("host", "127.0.0.1"),
        settings.number("port", app.port(), 0, 65_535),
        settings.duration(
            "graceful_shutdown_timeout", Duration.ofSeconds(30), Duration.ZERO, Duration.ofDays(1)),
        settings.origins("allowed_origins"));
  }

  /** Whether only programs of this machine can reach it. */
  boolean loopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
