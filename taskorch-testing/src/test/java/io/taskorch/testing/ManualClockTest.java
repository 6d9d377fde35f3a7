package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManualClockTest {

  private final RawRedis redis = RawRedis.connect(TestRedis.uri());
  private final ManualClock clock = new ManualClock(TestRedis.uri(), "clock-test", 2);

  @AfterEach
  void clean() {
    redis.deleteAll("{clock-test:");
    clock.close();
    redis.close();
  }

  @Test
  void untilItIsSetItIsTheServers() throws Exception {
    assertThat(scriptTime(0)).isCloseTo(serverTime(), within(1, ChronoUnit.SECONDS));
    assertThat(clock.instant()).isCloseTo(serverTime(), within(1, ChronoUnit.SECONDS));
  }

  @Test
  void anAdvanceMovesTheScriptsOfEveryPartition() throws Exception {
    clock.advance(Duration.ofHours(1));
    clock.advance(Duration.ofHours(1));
    Instant later = serverTime().plus(Duration.ofHours(2));
    assertThat(scriptTime(0)).isCloseTo(later, within(1, ChronoUnit.SECONDS));
    assertThat(scriptTime(1)).isCloseTo(later, within(1, ChronoUnit.SECONDS));
    assertThat(clock.instant()).isCloseTo(later, within(1, ChronoUnit.SECONDS));
  }

  @Test
  void stoppedItStandsStillToTheMillisecond() throws Exception {
    Instant then = Instant.parse("2030-01-02T03:04:05.678Z");
    clock.stopAt(then);
    assertThat(scriptTime(1)).isEqualTo(then);
    clock.advance(Duration.ofMillis(-79));
    assertThat(scriptTime(0)).isEqualTo(then.minusMillis(79));
    assertThat(clock.instant()).isEqualTo(then.minusMillis(79));
  }

  private Instant scriptTime(int partition) throws IOException {
    try (InputStream in = getClass().getClassLoader().getResourceAsStream(ManualClock.INCLUDE)) {
      String include = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String script =
          "#!lua flags=no-writes\nlocal prefix = KEYS[1]\n" + include + "\nreturn now()";
      return Instant.ofEpochMilli(
          redis.number("EVAL", script, 1, "{clock-test:" + partition + "}:"));
    }
  }

  private Instant serverTime() {
    return Instant.ofEpochSecond(Long.parseLong(redis.texts("TIME").getFirst()));
  }
}
