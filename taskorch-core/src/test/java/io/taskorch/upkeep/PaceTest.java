package io.taskorch.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PaceTest {

  private static final Instant NOW = Instant.EPOCH;

  private final Pace pace = new Pace(Duration.ofMillis(250), Duration.ofSeconds(1));

  @Test
  void aBusyLoopGoesByTheTickAndAnIdleOneByTheSecond() {
    assertThat(pace.after(true)).isEqualTo(Duration.ofMillis(250));
    assertThat(pace.after(false)).isEqualTo(Duration.ofSeconds(1));
    assertThat(pace.until(null, NOW)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatIsDueSoonIsWaitedForAndWhatIsDueLaterIsNot() {
    assertThat(pace.until(NOW.plusMillis(30), NOW)).isEqualTo(Duration.ofMillis(30));
    assertThat(pace.until(NOW.plusMillis(700), NOW)).isEqualTo(Duration.ofMillis(700));
    assertThat(pace.until(NOW.plusSeconds(60), NOW)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatIsOverdueMakesNoLoopFasterThanItsTick() {
    assertThat(pace.until(NOW, NOW)).isEqualTo(Duration.ofMillis(250));
    assertThat(pace.until(NOW.minusSeconds(5), NOW)).isEqualTo(Duration.ofMillis(250));
  }
}
