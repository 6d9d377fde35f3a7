package io.taskorch.schedule;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.YearMonth;
import org.jspecify.annotations.Nullable;

/**
 * The local times that a cron expression means.
 *
 * @param seconds a bit per second, not 0
 * @param minutes a bit per minute, not 0
 * @param hours a bit per hour, not 0
 * @param everyHour whether the hour is {@code *} or a step, so that instants go by elapsed time
 */
record CronFields(long seconds, long minutes, long hours, CronDays days, boolean everyHour) {

  /** The first match that is not before {@code from} and not after {@code until}, else null. */
  @Nullable LocalDateTime first(LocalDateTime from, LocalDateTime until) {
    LocalDate day = from.toLocalDate();
    int second = firstSecond(from.toLocalTime().toSecondOfDay());
    if (second < 0 || (days.in(YearMonth.from(day)) >>> day.getDayOfMonth() & 1) == 0) {
      second = firstSecond(0);
      day = day.plusDays(1);
    }
    YearMonth month = YearMonth.from(day);
    int left = days.in(month) & -1 << day.getDayOfMonth();
    while (left == 0) {
      month = month.plusMonths(1);
      if (month.atDay(1).isAfter(until.toLocalDate())) {
        return null;
      }
      left = days.in(month);
    }
    LocalDateTime found =
        month.atDay(Integer.numberOfTrailingZeros(left)).atTime(LocalTime.ofSecondOfDay(second));
    return found.isAfter(until) ? null : found;
  }

  /** The last match that is not after {@code from} and not before {@code until}, else null. */
  @Nullable LocalDateTime last(LocalDateTime from, LocalDateTime until) {
    LocalDate day = from.toLocalDate();
    int second = lastSecond(from.toLocalTime().toSecondOfDay());
    if (second < 0 || (days.in(YearMonth.from(day)) >>> day.getDayOfMonth() & 1) == 0) {
      second = lastSecond(LocalTime.MAX.toSecondOfDay());
      day = day.minusDays(1);
    }
    YearMonth month = YearMonth.from(day);
    int left = days.in(month) & (int) ((1L << (day.getDayOfMonth() + 1)) - 1);
    while (left == 0) {
      month = month.minusMonths(1);
      if (month.atEndOfMonth().isBefore(until.toLocalDate())) {
        return null;
      }
      left = days.in(month);
    }
    LocalDateTime found =
        month
            .atDay(31 - Integer.numberOfLeadingZeros(left))
            .atTime(LocalTime.ofSecondOfDay(second));
    return found.isBefore(until) ? null : found;
  }

  /** The first matching second of a day from one on, -1 when there is none. */
  private int firstSecond(int from) {
    int hour = from / 3600;
    int minute = from / 60 % 60;
    int second = next(seconds, from % 60);
    if (!has(hours, hour)) {
      hour = next(hours, hour);
      minute = next(minutes, 0);
      second = next(seconds, 0);
    } else if (!has(minutes, minute) || second < 0) {
      minute = next(minutes, has(minutes, minute) ? minute + 1 : minute);
      second = next(seconds, 0);
      if (minute < 0) {
        hour = next(hours, hour + 1);
        minute = next(minutes, 0);
      }
    }
    return hour < 0 ? -1 : hour * 3600 + minute * 60 + second;
  }

  /** The last matching second of a day up to one, -1 when there is none. */
  private int lastSecond(int to) {
    int hour = to / 3600;
    int minute = to / 60 % 60;
    int second = previous(seconds, to % 60);
    if (!has(hours, hour)) {
      hour = previous(hours, hour);
      minute = previous(minutes, 59);
      second = previous(seconds, 59);
    } else if (!has(minutes, minute) || second < 0) {
      minute = previous(minutes, has(minutes, minute) ? minute - 1 : minute);
      second = previous(seconds, 59);
      if (minute < 0) {
        hour = previous(hours, hour - 1);
        minute = previous(minutes, 59);
      }
    }
    return hour < 0 ? -1 : hour * 3600 + minute * 60 + second;
  }

  private static boolean has(long bits, int bit) {
    return (bits >>> bit & 1) == 1;
  }

  /** The lowest bit that is set from {@code bit} on, -1 when none is. */
  private static int next(long bits, int bit) {
    long left = bit > 63 ? 0 : bits >>> bit << bit;
    return left == 0 ? -1 : Long.numberOfTrailingZeros(left);
  }

  /** The highest bit that is set up to {@code bit}, -1 when none is. */
  private static int previous(long bits, int bit) {
    long left = bit < 0 ? 0 : bits & -1L >>> (63 - bit);
    return 63 - Long.numberOfLeadingZeros(left);
  }
}
