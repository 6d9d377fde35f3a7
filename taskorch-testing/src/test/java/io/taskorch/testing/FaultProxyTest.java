package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

  private static final String COUNT = "#!lua\nreturn redis.call('INCR', KEYS[1])";
  private static EmbeddedRedis server;

  private FaultProxy proxy;
  private RawRedis direct;

  @BeforeAll
  static void startServer() {
    server = EmbeddedRedis.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    proxy = FaultProxy.before(server.uri());
    direct = RawRedis.connect(server.uri());
    direct.call("FLUSHALL");
  }

  @AfterEach
  void close() {
    direct.close();
    proxy.close();
  }

  @Test
  void itCarriesCommandsAndReplies() {
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      through.call("SET", "large", "x".repeat(1_000_000));
      assertThat(through.text("GET", "large")).hasSize(1_000_000);
    }
  }

  @Test
  void aDroppedReplyMeansThatTheScriptRanAndNobodyWasTold() {
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      proxy.dropNextReply();
      assertThat(through.text("PING")).isEqualTo("PONG");
      assertThatThrownBy(() -> through.call("EVAL", COUNT, 1, "n")).hasMessageContaining("broke");
    }
    assertThat(direct.text("GET", "n")).isEqualTo("1");
    assertThat(proxy.droppedReplies()).isEqualTo(1);
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      assertThat(through.number("EVAL", COUNT, 1, "n")).isEqualTo(2);
    }
  }

  @Test
  void anAnswerThatTheScriptIsUnknownIsNotTheOneToDrop() {
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      proxy.dropNextReply();
      assertThatThrownBy(() -> through.call("EVALSHA", "0".repeat(40), 1, "n"))
          .hasMessageContaining("NOSCRIPT");
      assertThatThrownBy(() -> through.call("EVAL", COUNT, 1, "n")).hasMessageContaining("broke");
    }
    assertThat(direct.text("GET", "n")).isEqualTo("1");
  }

  @Test
  void aCutEndsConnectionsAndLetsNewOnesIn() {
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      assertThat(through.text("PING")).isEqualTo("PONG");
      proxy.cut();
      assertThatThrownBy(() -> through.call("PING")).hasMessageContaining("broke");
    }
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      assertThat(through.text("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void itRefusesUntilItIsHealed() {
    proxy.refuse();
    assertThatThrownBy(() -> RawRedis.connect(proxy.uri())).hasMessageContaining("no Redis at");
    proxy.heal();
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      assertThat(through.text("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void aStallHoldsCommandsBackAndLosesNone() throws Exception {
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      through.call("PING");
      proxy.stall();
      var answer = CompletableFuture.supplyAsync(() -> through.call("INCR", "n"));
      assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(direct.text("GET", "n")).isNull();
      proxy.heal();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(1L);
    }
  }

  @Test
  void aDelayHoldsEveryReplyBack() {
    try (RawRedis through = RawRedis.connect(proxy.uri())) {
      proxy.delay(Duration.ofMillis(50));
      long begin = System.nanoTime();
      through.call("PING");
      assertThat(System.nanoTime() - begin).isGreaterThan(50_000_000);
    }
  }
}
