package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.schedule.Firings.Due;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class FiringsTest {

  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");

  private static Firings firings(UnaryOperator<Schedule.Builder> rule) {
    Schedule.Builder builder = Schedule.builder("s").task(TaskSpec.of("t"));
    return new Firings(rule.apply(builder).build(), CREATED);
  }

  private static Instant after(String duration) {
    return CREATED.plus(Duration.parse(duration));
  }

  @Nested
  class Instants {

    @Test
    void anIntervalCountsFromTheCreation() {
      Firings firings = firings(s -> s.every(Duration.ofMinutes(7)));
      assertThat(firings.next(CREATED)).hasValue(after("PT7M"));
      assertThat(firings.next(after("PT8M"))).hasValue(after("PT14M"));
      assertThat(firings.next(after("PT14M"))).hasValue(after("PT21M"));
      assertThat(firings.previous(after("PT14M"))).hasValue(after("PT7M"));
    }

    @Test
    void anIntervalWithAStartCountsFromThereAndBeginsThere() {
      Firings firings = firings(s -> s.every(Duration.ofHours(1)).startsAt(after("PT90M")));
      assertThat(firings.next(CREATED)).hasValue(after("PT90M"));
      assertThat(firings.next(after("PT90M"))).hasValue(after("PT150M"));
      assertThat(firings.previous(after("PT90M"))).isEmpty();
    }

    @Test
    void nothingIsOutsideTheBounds() {
      Firings firings =
          firings(s -> s.cron("0 * * * *").startsAt(after("PT2H")).endsAt(after("PT3H")));
      assertThat(firings.next(CREATED)).hasValue(after("PT2H"));
      assertThat(firings.next(after("PT2H"))).hasValue(after("PT3H"));
      assertThat(firings.next(after("PT3H"))).isEmpty();
      assertThat(firings.previous(after("PT99H"))).hasValue(after("PT3H"));
    }

    @Test
    void excludedDatesAreThoseOfTheZone() {
      Firings firings =
          firings(
              s ->
                  s.cron("0 0 * * *")
                      .timeZone("Asia/Tokyo")
                      .excludeDates(Set.of(LocalDate.of(2026, 1, 2), LocalDate.of(2026, 1, 3))));
      assertThat(firings.next(CREATED)).hasValue(Instant.parse("2026-01-03T15:00:00Z"));
      assertThat(firings.previous(Instant.parse("2026-01-03T15:00:00Z")))
          .hasValue(Instant.parse("2025-12-31T15:00:00Z"));
    }

    @Test
    void aThousandExcludedDatesInARowAreSkippedFast() {
      Set<LocalDate> dates =
          Set.copyOf(LocalDate.of(2026, 1, 1).datesUntil(LocalDate.of(2028, 9, 27)).toList());
      Firings firings = firings(s -> s.cron("* * * * * *").excludeDates(dates));
      assertThat(firings.next(CREATED)).hasValue(Instant.parse("2028-09-27T00:00:00Z"));
    }
  }

  @Nested
  class Jitter {

    private final Firings firings =
        firings(s -> s.cron("*/10 * * * *").jitter(Duration.ofMinutes(5)));

    @Test
    void isTheSameForTheSameInstant() {
      assertThat(firings.firesAt(after("PT10M")))
          .isEqualTo(
              firings(s -> s.cron("*/10 * * * *").jitter(Duration.ofMinutes(5)))
                  .firesAt(after("PT10M")));
    }

    @Test
    void isSpreadOverItsRange() {
      List<Long> seconds = new ArrayList<>();
      Instant at = CREATED;
      for (int i = 0; i < 1000; i++) {
        at = firings.next(at).orElseThrow();
        seconds.add(Duration.between(at, firings.firesAt(at)).toSeconds());
      }
      assertThat(seconds).allMatch(s -> s >= 0 && s < 300);
      assertThat(seconds.stream().mapToLong(s -> s).average().orElseThrow()).isBetween(135., 165.);
    }

    @Test
    void neverReachesTheNextInstant() {
      Firings dense = firings(s -> s.cron("* * * * *").jitter(Duration.ofHours(3)));
      Instant at = CREATED;
      for (int i = 0; i < 200; i++) {
        Instant next = dense.next(at).orElseThrow();
        assertThat(dense.firesAt(at)).isBefore(next);
        at = next;
      }
    }

    @Test
    void putsOffWhatIsDue() {
      Instant at = after("PT10M");
      Instant fires = firings.firesAt(at);
      assertThat(firings.due(at, fires.minusMillis(1)).fire()).isEmpty();
      assertThat(firings.due(at, fires)).isEqualTo(new Due(List.of(at), 0, after("PT20M")));
    }
  }

  @Nested
  class WhatIsDue {

    @Test
    void nothingBeforeItsTime() {
      Firings firings = firings(s -> s.cron("0 * * * *"));
      assertThat(firings.due(after("PT1H"), after("PT59M")))
          .isEqualTo(new Due(List.of(), 0, after("PT1H")));
    }

    @Test
    void allThatIsALittleLateWhateverTheMisfireRule() {
      for (Misfire misfire : Misfire.values()) {
        Firings firings = firings(s -> s.cron("*/20 * * * * *").misfire(misfire));
        assertThat(firings.due(after("PT20S"), after("PT65S")).fire())
            .containsExactly(after("PT20S"), after("PT40S"), after("PT60S"));
      }
    }

    @Test
    void onceIsTheLatest() {
      Firings firings = firings(s -> s.cron("0 * * * *"));
      assertThat(firings.due(after("PT1H"), after("PT5H30M")))
          .isEqualTo(new Due(List.of(after("PT5H")), 4, after("PT6H")));
    }

    @Test
    void skipIsNoneOrTheOneThatIsNotLate() {
      Firings firings = firings(s -> s.cron("0 * * * *").misfire(Misfire.SKIP));
      assertThat(firings.due(after("PT1H"), after("PT5H30M")))
          .isEqualTo(new Due(List.of(), 5, after("PT6H")));
      assertThat(firings.due(after("PT1H"), after("PT5H30S")))
          .isEqualTo(new Due(List.of(after("PT5H")), 4, after("PT6H")));
    }

    @Test
    void allIsTheLatestOfThemUpToTheLimit() {
      Firings firings = firings(s -> s.cron("0 * * * *").misfire(Misfire.ALL).misfireLimit(3));
      assertThat(firings.due(after("PT1H"), after("PT5H30M")))
          .isEqualTo(
              new Due(List.of(after("PT3H"), after("PT4H"), after("PT5H")), 2, after("PT6H")));
    }

    @Test
    void ofYearsOfSecondsNoMoreThanCanMatterIsLookedAt() {
      Firings firings = firings(s -> s.cron("* * * * * *").misfire(Misfire.ALL).misfireLimit(10));
      Due due = firings.due(after("PT1S"), after("P2000D"));
      assertThat(due.fire()).hasSize(10).last().isEqualTo(after("P2000D"));
      assertThat(due.next()).isEqualTo(after("P2000D").plusSeconds(1));
    }

    @Test
    void theStoredInstantAlsoWhenTheRuleHasItNoMore() {
      Firings firings = firings(s -> s.cron("0 * * * *"));
      assertThat(firings.due(after("PT61M"), after("PT61M")))
          .isEqualTo(new Due(List.of(after("PT61M")), 0, after("PT2H")));
      assertThat(firings.due(after("PT61M"), after("PT121M")).fire())
          .containsExactly(after("PT2H"));
    }

    @Test
    void afterTheLastThereIsNoNext() {
      Firings firings = firings(s -> s.cron("0 * * * *").endsAt(after("PT90M")));
      assertThat(firings.due(after("PT1H"), after("PT1H")))
          .isEqualTo(new Due(List.of(after("PT1H")), 0, null));
    }
  }
}
