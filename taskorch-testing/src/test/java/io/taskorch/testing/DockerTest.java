package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerTest {

  @Test
  void aDaemonThatAnswersIsSeen() throws Exception {
    HttpServer daemon =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    daemon.createContext("/_ping", exchange -> exchange.sendResponseHeaders(200, -1));
    daemon.start();
    try {
      String host = "tcp://127.0.0.1:" + daemon.getAddress().getPort();
      assertThat(Docker.answers(Map.of("DOCKER_HOST", host))).isTrue();
    } finally {
      daemon.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tcp://127.0.0.1:1", "unix:///no/such.sock", "tcp://", "nonsense", "ssh://u@h"})
  void whereNobodyAnswersThereIsNone(String host) {
    assertThat(Docker.answers(Map.of("DOCKER_HOST", host))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:6379", "redis://:secret@localhost:6379/3"})
  void anAddressIsReadWithOrWithoutItsScheme(String address) {
    assertThat(TestRedis.parse(address).getHost()).isEqualTo("localhost");
    assertThat(TestRedis.parse(address).getPort()).isEqualTo(6379);
  }
}
