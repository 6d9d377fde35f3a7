package io.taskorch.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a Docker daemon whether it is there. Testcontainers would tell too, but logs errors and
 * loads half of itself when there is none.
 */
final class Docker {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final ByteBuffer PING =
      StandardCharsets.US_ASCII.encode("GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n");

  private Docker() {}

  /**
   * @param environment where {@code DOCKER_HOST} is looked for
   */
  static boolean answers(Map<String, String> environment) {
    return addresses(environment).stream().anyMatch(Docker::answersAt);
  }

  private static List<SocketAddress> addresses(Map<String, String> environment) {
    String host = environment.get("DOCKER_HOST");
    if (host != null && !host.isBlank()) {
      return address(host).map(List::of).orElse(List.of());
    }
    Path own = Path.of(System.getProperty("user.home", "/"), ".docker", "run", "docker.sock");
    return List.of(Path.of("/var/run/docker.sock"), own).stream()
        .filter(Files::exists)
        .<SocketAddress>map(UnixDomainSocketAddress::of)
        .toList();
  }

  private static Optional<SocketAddress> address(String host) {
    try {
      URI uri = URI.create(host);
      if ("unix".equals(uri.getScheme())) {
        return Optional.of(UnixDomainSocketAddress.of(uri.getPath()));
      }
      return uri.getHost() == null || uri.getPort() < 0
          ? Optional.empty()
          : Optional.of(new InetSocketAddress(uri.getHost(), uri.getPort()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static boolean answersAt(SocketAddress address) {
    try (SocketChannel channel = open(address);
        Selector selector = Selector.open()) {
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_CONNECT);
      if (!channel.connect(address)) {
        selector.select(PATIENCE.toMillis());
        if (!channel.finishConnect()) {
          return false;
        }
      }
      channel.write(PING.duplicate());
      channel.register(selector, SelectionKey.OP_READ);
      selector.select(PATIENCE.toMillis());
      ByteBuffer answer = ByteBuffer.allocate(64);
      channel.read(answer);
      return isWelcome(StandardCharsets.US_ASCII.decode(answer.flip()).toString());
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  private static SocketChannel open(SocketAddress address) throws IOException {
    return address instanceof UnixDomainSocketAddress
        ? SocketChannel.open(StandardProtocolFamily.UNIX)
        : SocketChannel.open();
  }

  /** A daemon behind TLS does not speak plain HTTP, but it is there. */
  private static boolean isWelcome(@Nullable String answer) {
    return answer != null && answer.startsWith("HTTP/1.") && !answer.contains(" 50");
  }
}
