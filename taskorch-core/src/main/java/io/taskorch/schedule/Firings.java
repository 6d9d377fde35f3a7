package io.taskorch.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which instants a schedule means, when each is fired, and what to do with those that are due. */
public final class Firings {

  private final Schedule schedule;
  private final Instant origin;

  /**
   * @param createdAt what an interval without a start counts from
   */
  public Firings(Schedule schedule, Instant createdAt) {
    this.schedule = schedule;
    this.origin = schedule.startsAt() == null ? createdAt : schedule.startsAt();
  }

  /** The first instant later than this one. */
  public Optional<Instant> next(Instant after) {
    Instant start = schedule.startsAt();
    Instant from = start != null && after.isBefore(start) ? start.minusNanos(1) : after;
    while (true) {
      Instant found = ruleAfter(from).orElse(null);
      if (found == null || isAfterEnd(found)) {
        return Optional.empty();
      }
      LocalDate date = date(found);
      if (!schedule.excludeDates().contains(date)) {
        return Optional.of(found);
      }
      from = later(found, beginOf(date.plusDays(1)).minusNanos(1));
    }
  }

  /** The last instant earlier than this one. */
  public Optional<Instant> previous(Instant before) {
    Instant end = schedule.endsAt();
    Instant start = schedule.startsAt();
    Instant to = end != null && before.isAfter(end) ? end.plusNanos(1) : before;
    while (true) {
      Instant found = ruleBefore(to).orElse(null);
      if (found == null || (start != null && found.isBefore(start))) {
        return Optional.empty();
      }
      LocalDate date = date(found);
      if (!schedule.excludeDates().contains(date)) {
        return Optional.of(found);
      }
      Instant begin = beginOf(date);
      to = begin.isBefore(found) ? begin : found;
    }
  }

  private boolean isAfterEnd(Instant instant) {
    Instant end = schedule.endsAt();
    return end != null && instant.isAfter(end);
  }

  private LocalDate date(Instant instant) {
    return instant.atZone(schedule.zone()).toLocalDate();
  }

  private Instant beginOf(LocalDate date) {
    return date.atStartOfDay(schedule.zone()).toInstant();
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private Optional<Instant> ruleAfter(Instant after) {
    ZoneId zone = schedule.zone();
    return switch (schedule.rule()) {
      case Rule.Cron(CronRule cron) -> cron.next(after, zone);
      case Rule.Every(Duration interval) ->
          Optional.of(nth(Math.floorDiv(sinceOrigin(after), interval.toMillis()) + 1, interval));
    };
  }

  private Optional<Instant> ruleBefore(Instant before) {
    ZoneId zone = schedule.zone();
    return switch (schedule.rule()) {
      case Rule.Cron(CronRule cron) -> cron.previous(before, zone);
      case Rule.Every(Duration interval) ->
          Optional.of(
              nth(Math.floorDiv(sinceOrigin(before.minusNanos(1)), interval.toMillis()), interval));
    };
  }

  private Instant nth(long number, Duration interval) {
    return origin.plusMillis(number * interval.toMillis());
  }

  private long sinceOrigin(Instant instant) {
    return instant.toEpochMilli() - origin.toEpochMilli();
  }

  /** When an instant is fired: a jitter later, the same whoever asks. */
  public Instant firesAt(Instant instant) {
    long most = schedule.jitter().toMillis();
    if (most == 0) {
      return instant;
    }
    // Never as late as the next one, so that firings keep their order.
    long gap = next(instant).map(next -> Duration.between(instant, next).toMillis()).orElse(most);
    long share = mixed(schedule.name().hashCode() * 31L + instant.toEpochMilli());
    return instant.plusMillis(Math.floorMod(share, Math.max(1, Math.min(most, gap))));
  }

  /** The last steps of splitmix64: close numbers give results that have nothing in common. */
  private static long mixed(long number) {
    long mixed = number * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  /**
   * What is to be done now.
   *
   * @param next the first instant that has not been dealt with
   */
  public Due due(Instant next, Instant now) {
    List<Instant> passed = passed(next, now);
    if (passed.isEmpty()) {
      return new Due(List.of(), 0, next);
    }
    List<Instant> fire =
        firesAt(next).plus(Misfire.GRACE).isBefore(now) ? kept(passed, now) : passed;
    return new Due(
        fire.reversed(), passed.size() - fire.size(), next(passed.getFirst()).orElse(null));
  }

  /**
   * The instants from {@code next} on whose time has come, latest first, no more than can matter.
   */
  private List<Instant> passed(Instant next, Instant now) {
    List<Instant> passed = new ArrayList<>();
    Instant at = previous(now.plusNanos(1)).orElse(null);
    while (at != null && !at.isBefore(next) && passed.size() < Schedule.MOST_MISFIRES) {
      if (!firesAt(at).isAfter(now)) {
        passed.add(at);
      }
      at = previous(at).orElse(null);
    }
    // What was stored holds, also where the zone's rules have changed since.
    boolean complete = passed.size() < Schedule.MOST_MISFIRES;
    if (complete && !passed.contains(next) && !firesAt(next).isAfter(now)) {
      passed.add(next);
    }
    return passed;
  }

  private List<Instant> kept(List<Instant> passed, Instant now) {
    Instant latest = passed.getFirst();
    return switch (schedule.misfire()) {
      case SKIP -> firesAt(latest).plus(Misfire.GRACE).isBefore(now) ? List.of() : List.of(latest);
      case ONCE -> List.of(latest);
      case ALL -> passed.subList(0, Math.min(schedule.misfireLimit(), passed.size()));
    };
  }

  /**
   * What is due.
   *
   * @param fire the instants to fire, oldest first
   * @param missed how many others have passed and are given up, counted up to {@link
   *     Schedule#MOST_MISFIRES} in all
   * @param next the first instant after those; null when there is none
   */
  public record Due(List<Instant> fire, int missed, @Nullable Instant next) {
    public Due {
      fire = List.copyOf(fire);
    }
  }
}
