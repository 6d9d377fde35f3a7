package io.taskorch.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

  private static final long TEN_YEARS_IN_MS = 3653L * 86_400_000;

  @ParameterizedTest
  @CsvSource({
    "500ms, 500", "0ms, 0", "5s, 5000", "1m, 60000", "2h, 7200000", "30d, 2592000000",
    "007s, 7000", "PT5S, 5000", "PT0.5S, 500", "P1D, 86400000", "P1DT1H, 90000000", "PT0S, 0",
  })
  void bothFormsAreRead(String text, long millis) {
    assertThat(Durations.parse(text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "5",
        "s",
        "5 s",
        " 5s",
        "5s ",
        "-5s",
        "+5s",
        "1.5s",
        "5S",
        "5w",
        "1h30m",
        "5µs",
        "٣s",
        "1e3s",
        "NaN",
        "Infinity",
        "forever",
        "P",
        "PT",
        "-PT5S",
        "PT-5S",
        "P-1D",
        "P1Y",
        "999999999999999999d",
        "999999999999999999h",
        "1234567890123456789ms",
        "P999999999999999999D",
        "PT99999999999999999999S",
        "5s\n"
      })
  void whatIsNoDurationIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a duration; write 500ms, 5s, 1m, 2h, 30d or ISO 8601 such as PT5S");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1, 1ms",
    "999, 999ms",
    "1000, 1s",
    "1001, 1001ms",
    "60000, 1m",
    "90000, 90s",
    "3600000, 1h",
    "5400000, 90m",
    "86400000, 1d",
    "90000000, 25h",
  })
  void theShortestExactFormIsWritten(long millis, String text) {
    assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(text);
  }

  @Property
  void whatIsWrittenIsReadBack(@ForAll @LongRange(min = 0, max = TEN_YEARS_IN_MS) long millis) {
    Duration duration = Duration.ofMillis(millis);
    assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
    assertThat(Durations.parse(duration.toString())).isEqualTo(duration);
  }

  @Property
  void wholeUnitsAreReadBack(@ForAll @LongRange(min = 0, max = 3653) long amount) {
    for (Duration unit :
        new Duration[] {
          Duration.ofMillis(1),
          Duration.ofSeconds(1),
          Duration.ofMinutes(1),
          Duration.ofHours(1),
          Duration.ofDays(1)
        }) {
      Duration duration = unit.multipliedBy(amount);
      assertThat(Durations.parse(Durations.format(duration))).isEqualTo(duration);
    }
  }

  @Property
  void anyTextIsReadOrRefusedButNeverAnotherError(@ForAll String text) {
    try {
      assertThat(Durations.parse(text).isNegative()).isFalse();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith("not a duration");
    }
  }

  @Test
  void tenYearsCanBeStoredAndNoMore() {
    Durations.requireStorable("x", Duration.ZERO);
    Durations.requireStorable("x", Durations.LONGEST);
    assertThatThrownBy(() -> Durations.requireStorable("x", Durations.LONGEST.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("x is not between 0 and ten years");
    assertThatThrownBy(() -> Durations.requireStorable("x", Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
