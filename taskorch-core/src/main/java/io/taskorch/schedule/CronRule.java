package io.taskorch.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression: five fields, or six with seconds first. Day of week is 0 to 7, where 0 and 7
 * are Sunday; {@code L}, {@code L-n}, {@code nW}, {@code LW}, {@code nL} and {@code n#k} as in
 * Quartz; {@code @hourly} to {@code @yearly}.
 *
 * <p>Where clocks change: a local time that is skipped is at the end of the gap, and one that comes
 * twice is the first of the two. Expressions whose hour is {@code *} or a step go by elapsed time
 * instead: each instant whose local time matches, through both hours, and none for what is skipped.
 */
public final class CronRule {

  /** Beyond it nothing is stored. */
  private static final LocalDateTime LAST = LocalDateTime.of(2286, 11, 20, 0, 0);

  private static final LocalDateTime FIRST = LocalDateTime.of(1969, 12, 31, 0, 0);

  private final String expression;
  private final CronFields fields;

  private CronRule(String expression, CronFields fields) {
    this.expression = expression;
    this.fields = fields;
  }

  /**
   * @throws InvalidCronException when it cannot be read, or never fires
   */
  public static CronRule parse(String expression) {
    return new CronRule(expression, CronReader.read(expression));
  }

  /** The text as it was given. */
  public String expression() {
    return expression;
  }

  /** The first instant later than this one; empty when there is none before the year 2286. */
  public Optional<Instant> next(Instant after, ZoneId zone) {
    ZoneRules rules = zone.getRules();
    Instant from = after.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    return Optional.ofNullable(
        fields.everyHour() ? nextElapsed(from, rules) : nextLocal(from, rules));
  }

  /** The last instant earlier than this one; empty when there is none since 1970. */
  public Optional<Instant> previous(Instant before, ZoneId zone) {
    ZoneRules rules = zone.getRules();
    Instant to = before.minusNanos(1).truncatedTo(ChronoUnit.SECONDS);
    return Optional.ofNullable(
        fields.everyHour() ? previousElapsed(to, rules) : previousLocal(to, rules));
  }

  /** The first one from {@code from} on, by the clock on the wall. */
  private @Nullable Instant nextLocal(Instant from, ZoneRules rules) {
    LocalDateTime earliest = local(from, rules.getOffset(from));
    while (true) {
      LocalDateTime found = fields.first(earliest, LAST);
      if (found == null) {
        return null;
      }
      ZoneOffsetTransition change = rules.getTransition(found);
      Instant instant = instant(found, change, rules);
      if (!instant.isBefore(from)) {
        return instant;
      }
      // Nothing else that is skipped or comes twice in this change can be later than that.
      earliest =
          change == null
              ? found.plusSeconds(1)
              : change.isGap() ? change.getDateTimeAfter() : change.getDateTimeBefore();
    }
  }

  /** The last one up to {@code to}, by the clock on the wall. */
  private @Nullable Instant previousLocal(Instant to, ZoneRules rules) {
    ZoneOffset offset = rules.getOffset(to);
    LocalDateTime latest = local(to, offset);
    ZoneOffsetTransition now = rules.getTransition(latest);
    if (now != null && now.isOverlap() && offset.equals(now.getOffsetAfter())) {
      latest = now.getDateTimeBefore().minusSeconds(1);
    }
    while (true) {
      LocalDateTime found = fields.last(latest, FIRST);
      if (found == null) {
        return null;
      }
      ZoneOffsetTransition change = rules.getTransition(found);
      Instant instant = instant(found, change, rules);
      if (!instant.isAfter(to)) {
        return instant;
      }
      latest =
          change != null && change.isGap()
              ? change.getDateTimeBefore().minusSeconds(1)
              : found.minusSeconds(1);
    }
  }

  private static Instant instant(
      LocalDateTime time, @Nullable ZoneOffsetTransition change, ZoneRules rules) {
    if (change == null) {
      return time.toInstant(rules.getOffset(time));
    }
    return change.isGap() ? change.getInstant() : time.toInstant(change.getOffsetBefore());
  }

  /** The first one from {@code from} on, from change to change of the clock. */
  private @Nullable Instant nextElapsed(Instant from, ZoneRules rules) {
    Instant earliest = from;
    while (true) {
      ZoneOffset offset = rules.getOffset(earliest);
      ZoneOffsetTransition change = rules.nextTransition(earliest);
      LocalDateTime begin = local(earliest, offset);
      LocalDateTime end = change == null ? LAST : change.getDateTimeBefore().minusSeconds(1);
      LocalDateTime found = fields.first(begin, end);
      if (found != null) {
        return found.toInstant(offset);
      }
      if (change == null || end.isAfter(LAST)) {
        return null;
      }
      earliest = change.getInstant();
    }
  }

  /** The last one up to {@code to}, from change to change of the clock. */
  private @Nullable Instant previousElapsed(Instant to, ZoneRules rules) {
    Instant latest = to;
    while (true) {
      ZoneOffset offset = rules.getOffset(latest);
      ZoneOffsetTransition change = rules.previousTransition(latest.plusNanos(1));
      LocalDateTime begin = change == null ? FIRST : change.getDateTimeAfter();
      LocalDateTime found = fields.last(local(latest, offset), begin);
      if (found != null) {
        return found.toInstant(offset);
      }
      if (change == null || begin.isBefore(FIRST)) {
        return null;
      }
      latest = change.getInstant().minusSeconds(1);
    }
  }

  private static LocalDateTime local(Instant instant, ZoneOffset offset) {
    return LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, offset);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CronRule rule && expression.equals(rule.expression);
  }

  @Override
  public int hashCode() {
    return expression.hashCode();
  }

  @Override
  public String toString() {
    return expression;
  }
}
