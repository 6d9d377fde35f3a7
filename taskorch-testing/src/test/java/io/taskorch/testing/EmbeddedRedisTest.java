package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisTest {

  @Test
  void itAnswersOnAPortOfItsOwnAndIsGoneWhenClosed() {
    EmbeddedRedis first = EmbeddedRedis.start();
    try (EmbeddedRedis second = EmbeddedRedis.start();
        RawRedis raw = RawRedis.connect(first.uri())) {
      assertThat(first.port()).isNotEqualTo(second.port());
      assertThat(raw.text("PING")).isEqualTo("PONG");
      assertThat(raw.text("CONFIG", "GET", "save")).isNotNull();
    }
    first.close();
    first.close();
    assertThat(first.process().isAlive()).isFalse();
    assertThatThrownBy(() -> RawRedis.connect(first.uri())).hasMessageContaining("no Redis at");
  }

  @Test
  void withADirectoryItKeepsWhatItHeldThroughAKill(@TempDir Path directory) {
    try (EmbeddedRedis redis = EmbeddedRedis.startIn(directory)) {
      try (RawRedis raw = RawRedis.connect(redis.uri())) {
        raw.call("SET", "kept", "yes");
        raw.call("CONFIG", "SET", "appendfsync", "always");
      }
      redis.restart();
      try (RawRedis raw = RawRedis.connect(redis.uri())) {
        assertThat(raw.text("GET", "kept")).isEqualTo("yes");
      }
    }
    assertThat(Files.exists(directory)).isTrue();
  }

  @Test
  void withoutADirectoryItForgetsEverything() {
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      try (RawRedis raw = RawRedis.connect(redis.uri())) {
        raw.call("SET", "kept", "yes");
      }
      redis.restart();
      try (RawRedis raw = RawRedis.connect(redis.uri())) {
        assertThat(raw.text("GET", "kept")).isNull();
      }
    }
  }

  @Test
  void settingsWinOverItsDefaults() {
    try (EmbeddedRedis redis = EmbeddedRedis.start(Map.of("maxmemory", "8mb"));
        RawRedis raw = RawRedis.connect(redis.uri())) {
      assertThat(raw.texts("CONFIG", "GET", "maxmemory")).contains("8388608");
    }
  }

  @Test
  void aBadSettingIsAnErrorAndNotAWait() {
    assertThatThrownBy(() -> EmbeddedRedis.start(Map.of("no-such-setting", "1")))
        .hasStackTraceContaining("ended with exit code");
  }

  @Test
  void theClusterRefusesAScriptThatTouchesTwoSlots() {
    try (EmbeddedRedis redis = EmbeddedRedis.oneNodeCluster();
        RawRedis raw = RawRedis.connect(redis.uri())) {
      String script = "#!lua\nredis.call('SET', KEYS[1], 1) redis.call('SET', '{other}', 1)";
      assertThatThrownBy(() -> raw.call("EVAL", script, 1, "{one}"))
          .hasMessageContaining("Script attempted to access");
      assertThat(raw.texts("CLUSTER", "SLOTS")).isNotEmpty();
    }
  }
}
