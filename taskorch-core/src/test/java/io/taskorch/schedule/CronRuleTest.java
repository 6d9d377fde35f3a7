package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronRuleTest {

  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          */15 * * * *      | 2026-01-01T00:15:00
          10-20/5 3 * * *   | 2026-01-01T03:10:00
          0 0 1,15 * *      | 2026-01-15T00:00:00
          0 0 L * *         | 2026-01-31T00:00:00
          0 0 L-3 * *       | 2026-01-28T00:00:00
          0 0 LW 2 *        | 2026-02-27T00:00:00
          0 0 1W 8 *        | 2026-08-03T00:00:00
          0 0 31W * *       | 2026-01-30T00:00:00
          0 0 * * 0         | 2026-01-04T00:00:00
          0 0 * * 7         | 2026-01-04T00:00:00
          0 0 * * SUN       | 2026-01-04T00:00:00
          0 0 * * 5-7       | 2026-01-02T00:00:00
          0 0 * * 6-0       | 2026-01-03T00:00:00
          0 0 * * MON#2     | 2026-01-12T00:00:00
          0 0 * * 5L        | 2026-01-30T00:00:00
          0 0 13 * 5        | 2026-01-02T00:00:00
          0 0 29 2 *        | 2028-02-29T00:00:00
          0 0 * 2 5#5       | 2036-02-29T00:00:00
          30 0 0 * * *      | 2026-01-01T00:00:30
          */20 59 23 31 12 *| 2026-12-31T23:59:00
          @hourly           | 2026-01-01T01:00:00
          @daily            | 2026-01-02T00:00:00
          @weekly           | 2026-01-04T00:00:00
          @monthly          | 2026-02-01T00:00:00
          @yearly           | 2027-01-01T00:00:00
          """)
  void firesNext(String expression, LocalDateTime next) {
    Instant newYear = Instant.parse("2026-01-01T00:00:00Z");
    assertThat(CronRule.parse(expression).next(newYear, UTC))
        .hasValue(next.atZone(UTC).toInstant());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * * *",
        "60 * * * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "* * * * L",
        "* * * * 5#6",
        "* * * * 5#",
        "* * * * #2",
        "* * ? * *",
        "* * 1L * *",
        "* * 1-L * *",
        "* * L-99 * *",
        "* * W * *",
        "1,,2 * * * *",
        "*/ * * * *",
        "a b c d e",
        "* * * * *|1",
        "* * * * *\n* * * * *",
        "${x} * * * *",
        "@reboot"
      })
  void refuses(String expression) {
    InvalidCronException refused = refusal(expression);
    assertThat(refused.code()).isEqualTo("invalid-cron");
    assertThat(refused).message().isNotBlank().doesNotContain("${");
  }

  @Test
  void saysWhichFieldIsWrong() {
    assertThat(refusal("* 25 * * *")).hasMessage("has no valid hour");
  }

  @Test
  void refusesAnExpressionOfTenThousandCharacters() {
    assertThat(refusal("1,".repeat(5_000) + "1 * * * *")).hasMessageContaining("longer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 L-30 2 *"})
  void whatNeverFiresIsFoundAtOnce(String expression) {
    assertThat(refusal(expression).code()).isEqualTo("cron-never-fires");
    // The quickest of several, as a machine that does much else may take its time over one.
    long quickest = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long begin = System.nanoTime();
      refusal(expression);
      quickest = Math.min(quickest, System.nanoTime() - begin);
    }
    assertThat(Duration.ofNanos(quickest)).isLessThan(Duration.ofMillis(10));
  }

  private static InvalidCronException refusal(String expression) {
    return catchThrowableOfType(InvalidCronException.class, () -> CronRule.parse(expression));
  }

  /**
   * New York: 02:00 to 03:00 is skipped on 8 March 2026, 01:00 to 02:00 comes twice on 1 November.
   */
  @Nested
  class WhereClocksChange {

    @Test
    void aSkippedTimeIsAtTheEndOfTheGap() {
      assertThat(between("30 2 * * *", "2026-03-08T00:00", "2026-03-09T00:00"))
          .containsExactly("2026-03-08T03:00-04:00");
    }

    @Test
    void severalSkippedTimesAreOne() {
      assertThat(between("*/10 2,3 * * *", "2026-03-08T00:00", "2026-03-08T03:15"))
          .containsExactly("2026-03-08T03:00-04:00", "2026-03-08T03:10-04:00");
    }

    @Test
    void aTimeThatComesTwiceIsTheFirst() {
      assertThat(between("30 1 * * *", "2026-11-01T00:00", "2026-11-02T00:00"))
          .containsExactly("2026-11-01T01:30-04:00");
    }

    @Test
    void everyHourGoesByElapsedTime() {
      assertThat(between("30 * * * *", "2026-11-01T00:00", "2026-11-01T03:00"))
          .containsExactly(
              "2026-11-01T00:30-04:00",
              "2026-11-01T01:30-04:00",
              "2026-11-01T01:30-05:00",
              "2026-11-01T02:30-05:00");
      assertThat(between("30 * * * *", "2026-03-08T00:00", "2026-03-08T04:00"))
          .containsExactly(
              "2026-03-08T00:30-05:00", "2026-03-08T01:30-05:00", "2026-03-08T03:30-04:00");
    }

    @Test
    void everySecondDoesNotStop() {
      Instant change = Instant.parse("2026-11-01T06:00:00Z");
      assertThat(CronRule.parse("* * * * * *").next(change.minusSeconds(1), NEW_YORK))
          .hasValue(change);
      assertThat(CronRule.parse("* * * * * *").previous(change, NEW_YORK))
          .hasValue(change.minusSeconds(1));
    }

    @Test
    void aDateThatASkippedDayHasIsTheNextDaysBeginning() {
      Instant before = Instant.parse("2011-12-29T00:00:00Z");
      assertThat(CronRule.parse("0 8 30 12 *").next(before, ZoneId.of("Pacific/Apia")))
          .hasValue(Instant.parse("2011-12-30T10:00:00Z"));
    }

    private static List<String> between(String expression, String from, String to) {
      CronRule rule = CronRule.parse(expression);
      Instant end = LocalDateTime.parse(to).atZone(NEW_YORK).toInstant();
      Instant at = LocalDateTime.parse(from).atZone(NEW_YORK).toInstant().minusNanos(1);
      List<String> found = new ArrayList<>();
      while (true) {
        at = rule.next(at, NEW_YORK).orElseThrow();
        if (!at.isBefore(end)) {
          return found;
        }
        found.add(at.atZone(NEW_YORK).toOffsetDateTime().toString());
      }
    }
  }
}
