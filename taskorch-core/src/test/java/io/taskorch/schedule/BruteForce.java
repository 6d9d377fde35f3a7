package io.taskorch.schedule;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What cron means, found by looking at every minute and asking each field whether it fits. It
 * shares nothing with {@link CronRule}, not even the reader, and knows no change of clocks: it sees
 * that the time on the wall leaps or comes back.
 */
final class BruteForce {

  private final boolean[] minutes;
  private final boolean[] hours;
  private final boolean byElapsedTime;
  private final String dayOfMonth;
  private final boolean[] months;
  private final String dayOfWeek;

  private YearMonth known = YearMonth.of(1, 1);
  private boolean[] daysOfKnown = {};

  BruteForce(String expression) {
    String[] field = expression.split(" ");
    minutes = numbers(field[0], 0, 59);
    hours = numbers(field[1], 0, 23);
    byElapsedTime = field[1].equals("*") || (field[1].contains("/") && !field[1].contains(","));
    dayOfMonth = field[2];
    months = numbers(field[3], 1, 12);
    dayOfWeek = field[4];
  }

  private static boolean[] numbers(String field, int least, int most) {
    boolean[] fits = new boolean[most + 1];
    for (String part : field.split(",")) {
      String[] stepped = part.split("/");
      int step = stepped.length == 2 ? Integer.parseInt(stepped[1]) : 1;
      String[] ends =
          stepped[0].equals("*") ? new String[] {"" + least, "" + most} : stepped[0].split("-");
      int from = Integer.parseInt(ends[0]);
      int to = ends.length == 2 ? Integer.parseInt(ends[1]) : stepped.length == 2 ? most : from;
      IntStream.rangeClosed(from, to)
          .filter(i -> (i - from) % step == 0)
          .forEach(i -> fits[i] = true);
    }
    return fits;
  }

  /** The instants of a zone from {@code from} on and before {@code to}, both full minutes. */
  List<Instant> instants(ZoneId zone, Instant from, Instant to) {
    ZoneRules rules = zone.getRules();
    List<Instant> found = new ArrayList<>();
    // From a day before, so that a time that comes again in the window is known to.
    long minute = from.getEpochSecond() / 60 - 1440;
    long latest = Long.MIN_VALUE;
    for (; minute < to.getEpochSecond() / 60; minute++) {
      Instant at = Instant.ofEpochSecond(minute * 60);
      long wall = minute + rules.getOffset(at).getTotalSeconds() / 60;
      boolean fires;
      if (byElapsedTime) {
        fires = fits(wall);
      } else {
        fires = false;
        for (long skipped = latest == Long.MIN_VALUE ? wall : latest + 1;
            skipped <= wall;
            skipped++) {
          fires |= fits(skipped);
        }
        latest = Math.max(latest, wall);
      }
      if (fires && !at.isBefore(from)) {
        found.add(at);
      }
    }
    return found;
  }

  private boolean fits(long wall) {
    int ofDay = (int) Math.floorMod(wall, 1440L);
    return minutes[ofDay % 60]
        && hours[ofDay / 60]
        && fitsDay(LocalDate.ofEpochDay(Math.floorDiv(wall, 1440L)));
  }

  private boolean fitsDay(LocalDate date) {
    YearMonth month = YearMonth.from(date);
    if (!month.equals(known)) {
      known = month;
      daysOfKnown = new boolean[32];
      for (int day = 1; day <= month.lengthOfMonth(); day++) {
        daysOfKnown[day] = months[month.getMonthValue()] && fitsDay(month, day);
      }
    }
    return daysOfKnown[date.getDayOfMonth()];
  }

  private boolean fitsDay(YearMonth month, int day) {
    if (dayOfMonth.equals("*")) {
      return dayOfWeek.equals("*") || fitsWeek(month, day);
    }
    return fitsMonth(month, day) || (!dayOfWeek.equals("*") && fitsWeek(month, day));
  }

  private boolean fitsMonth(YearMonth month, int day) {
    for (String part : dayOfMonth.split(",")) {
      int length = month.lengthOfMonth();
      boolean fits;
      if (part.equals("LW")) {
        fits = day == nearestWeekday(month, length);
      } else if (part.equals("L")) {
        fits = day == length;
      } else if (part.startsWith("L-")) {
        fits = day == length - Integer.parseInt(part.substring(2));
      } else if (part.endsWith("W")) {
        int wanted = Integer.parseInt(part.substring(0, part.length() - 1));
        fits = wanted <= length && day == nearestWeekday(month, wanted);
      } else {
        fits = numbers(part, 1, 31)[day];
      }
      if (fits) {
        return true;
      }
    }
    return false;
  }

  private static int nearestWeekday(YearMonth month, int day) {
    return IntStream.rangeClosed(1, month.lengthOfMonth())
        .filter(d -> month.atDay(d).getDayOfWeek().compareTo(DayOfWeek.SATURDAY) < 0)
        .boxed()
        .min(Comparator.comparing(d -> Math.abs(d - day)))
        .orElseThrow();
  }

  private boolean fitsWeek(YearMonth month, int day) {
    int today = month.atDay(day).getDayOfWeek().getValue() % 7;
    for (String part : dayOfWeek.split(",")) {
      boolean fits;
      if (part.endsWith("L")) {
        fits =
            today == Integer.parseInt(part.substring(0, 1)) % 7 && day + 7 > month.lengthOfMonth();
      } else if (part.contains("#")) {
        int number = Integer.parseInt(part.substring(2));
        fits = today == Integer.parseInt(part.substring(0, 1)) % 7 && (day + 6) / 7 == number;
      } else {
        boolean[] days = numbers(part, 0, 7);
        fits = days[today] || (today == 0 && days[7]);
      }
      if (fits) {
        return true;
      }
    }
    return false;
  }
}
