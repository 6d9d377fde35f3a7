package io.taskorch.schedule;

import java.time.DayOfWeek;
import java.time.YearMonth;
import java.util.List;

/**
 * The days that a cron expression means. Where both day of month and day of week are restricted a
 * day needs to match one of them, as in Unix.
 *
 * @param months a bit per month, from 1
 * @param everyDayOfMonth whether the field is {@code *}
 * @param daysOfMonth a bit per day, from 1
 * @param fromLast {@code L} and {@code L-n}: days before the month's last
 * @param nearest {@code nW}: the weekday nearest to a day of the month
 * @param lastWeekday {@code LW}
 * @param everyDayOfWeek whether the field is {@code *}
 * @param daysOfWeek a bit per day, Sunday is 0
 * @param last {@code nL}: a bit per day of the week whose last in the month is meant
 * @param nth {@code n#k}: the k-th such day of the month
 */
record CronDays(
    int months,
    boolean everyDayOfMonth,
    int daysOfMonth,
    List<Integer> fromLast,
    List<Integer> nearest,
    boolean lastWeekday,
    boolean everyDayOfWeek,
    int daysOfWeek,
    int last,
    List<Nth> nth) {

  private static final int SATURDAY = 6;

  /** The {@code number}-th {@code day} of the week in a month. */
  record Nth(int day, int number) {}

  /** The matching days of a month, a bit per day from 1. */
  int in(YearMonth month) {
    if ((months >>> month.getMonthValue() & 1) == 0) {
      return 0;
    }
    int length = month.lengthOfMonth();
    int all = (int) ((1L << (length + 1)) - 2);
    if (everyDayOfMonth && everyDayOfWeek) {
      return all;
    }
    int firstDay = dayOfWeek(month.atDay(1).getDayOfWeek());
    int found = everyDayOfMonth ? 0 : byDayOfMonth(length, firstDay);
    found |= everyDayOfWeek ? 0 : byDayOfWeek(length, firstDay);
    return found & all;
  }

  private int byDayOfMonth(int length, int firstDay) {
    int found = daysOfMonth;
    for (int days : fromLast) {
      found |= days < length ? 1 << (length - days) : 0;
    }
    for (int day : nearest) {
      found |= day <= length ? 1 << weekdayNear(day, length, firstDay) : 0;
    }
    return lastWeekday ? found | 1 << weekdayNear(length, length, firstDay) : found;
  }

  /** The weekday nearest to a day, in the same month. */
  private static int weekdayNear(int day, int length, int firstDay) {
    return switch ((firstDay + day - 1) % 7) {
      case SATURDAY -> day > 1 ? day - 1 : day + 2;
      case 0 -> day < length ? day + 1 : day - 2;
      default -> day;
    };
  }

  private int byDayOfWeek(int length, int firstDay) {
    int found = 0;
    for (int day = 1; day <= length; day++) {
      int dayOfWeek = (firstDay + day - 1) % 7;
      boolean isLast = day + 7 > length && (last >>> dayOfWeek & 1) == 1;
      if (isLast || (daysOfWeek >>> dayOfWeek & 1) == 1) {
        found |= 1 << day;
      }
    }
    for (Nth one : nth) {
      int day = 1 + Math.floorMod(one.day - firstDay, 7) + 7 * (one.number - 1);
      found |= day <= length ? 1 << day : 0;
    }
    return found;
  }

  /** Sunday is 0, as in cron. */
  private static int dayOfWeek(DayOfWeek day) {
    return day.getValue() % 7;
  }

  /** Whether there is such a day at all. */
  boolean exist() {
    // No century stands in these years: they hold each of the 14 calendars that a year can have.
    for (int year = 2001; year <= 2028; year++) {
      for (int month = 1; month <= 12; month++) {
        if (in(YearMonth.of(year, month)) != 0) {
          return true;
        }
      }
    }
    return false;
  }
}
