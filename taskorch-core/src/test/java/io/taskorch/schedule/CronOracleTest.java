package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link CronRule} against {@link BruteForce}: each instant of years, forwards and backwards. */
class CronOracleTest {

  private static final List<String> EXPRESSIONS =
      List.of(
          "* * * * *",
          "*/7 * * * *",
          "0 */2 * * *",
          "15,45 3-23/5 * * *",
          "30 2 * * *",
          "*/10 1-3 * * *",
          "0 0 * * *",
          "59 23 L * *",
          "0 1 L-2 2,6,12 *",
          "30 1 15W * *",
          "0 0 1W,31W * *",
          "15 2 LW * *",
          "0 2 * * 0",
          "0 3 * * 5-7",
          "*/30 0,1,2,3,23 * 3,4,9-12 *",
          "30 2 * * 7L",
          "0 1 * * 0#1,7#2,6#5",
          "0 12 13 * 5",
          "0 0 29 2 *",
          "5 4 */5 */3 1-5/2",
          "30 2 8-14 3,10,11 *",
          "0 8 30 12 *");

  private static final List<String> ZONES =
      List.of(
          "UTC",
          "America/New_York",
          "America/Sao_Paulo",
          "America/St_Johns",
          "America/Havana",
          "America/Caracas",
          "America/Santiago",
          "Europe/Berlin",
          "Europe/London",
          "Europe/Dublin",
          "Europe/Istanbul",
          "Africa/Casablanca",
          "Africa/Cairo",
          "Asia/Tehran",
          "Asia/Kathmandu",
          "Asia/Pyongyang",
          "Asia/Gaza",
          "Australia/Lord_Howe",
          "Pacific/Apia",
          "Pacific/Chatham");

  private static final int FIRST_YEAR = 2009;
  private static final int YEARS = 10;

  /** Some zones, expressions and years, others with each change of the seed. */
  @Test
  void agreesWithBruteForce() {
    Random random = new Random(20260308);
    for (int i = 0; i < 60; i++) {
      String zone = ZONES.get(random.nextInt(ZONES.size()));
      String expression = EXPRESSIONS.get(random.nextInt(EXPRESSIONS.size()));
      int year = FIRST_YEAR + random.nextInt(YEARS);
      compare(expression, zone, year, 1);
    }
  }

  @Test
  void agreesWhereADayWasSkippedAndWhereHalfAnHourIs() {
    for (String expression : EXPRESSIONS) {
      compare(expression, "Pacific/Apia", 2011, 2);
      compare(expression, "Australia/Lord_Howe", 2016, 1);
    }
  }

  /** Ten years, twenty zones, every expression. */
  @Test
  @Tag("long")
  void agreesWithBruteForceEverywhere() {
    for (String zone : ZONES) {
      for (String expression : EXPRESSIONS) {
        compare(expression, zone, FIRST_YEAR, YEARS);
      }
    }
  }

  private static void compare(String expression, String zoneId, int year, int years) {
    ZoneId zone = ZoneId.of(zoneId);
    Instant from = begin(year);
    Instant to = begin(year + years);
    List<Instant> expected = new BruteForce(expression).instants(zone, from, to);
    CronRule rule = CronRule.parse(expression);
    List<Instant> forwards = new ArrayList<>();
    Instant at = rule.next(from.minusNanos(1), zone).orElse(to);
    while (at.isBefore(to)) {
      forwards.add(at);
      at = rule.next(at, zone).orElse(to);
    }
    assertThat(forwards).as("%s in %s from %d", expression, zoneId, year).isEqualTo(expected);
    List<Instant> backwards = new ArrayList<>();
    at = rule.previous(to, zone).orElse(Instant.MIN);
    while (!at.isBefore(from)) {
      backwards.add(at);
      at = rule.previous(at, zone).orElse(Instant.MIN);
    }
    Collections.reverse(backwards);
    assertThat(backwards).as("%s in %s back to %d", expression, zoneId, year).isEqualTo(expected);
  }

  private static Instant begin(int year) {
    return LocalDate.of(year, 1, 1).atStartOfDay().toInstant(ZoneOffset.UTC);
  }
}
