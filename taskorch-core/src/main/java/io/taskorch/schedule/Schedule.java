package io.taskorch.schedule;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Names;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done again and again, and when.
 *
 * @param name a name ({@link Names})
 * @param zone whose local time cron and excluded dates mean
 * @param misfire what becomes of instants that nobody fired in time
 * @param misfireLimit how many of them {@link Misfire#ALL} fires, 1 to {@link #MOST_MISFIRES}
 * @param overlap what a firing does while what earlier ones started has not ended
 * @param jitter firings come up to so much later, each by a part of it that its name and instant
 *     decide, and never later than the next instant; at most a day
 * @param startsAt no instant is before it; with an interval it is the first
 * @param endsAt no instant is after it
 * @param excludeDates no instant is on these dates; at most {@link #MOST_EXCLUDED}
 * @param pauseAfterFailures it pauses itself after so many failed tasks or runs in a row; 0 for
 *     never
 */
public record Schedule(
    String name,
    Rule rule,
    ZoneId zone,
    Target target,
    Misfire misfire,
    int misfireLimit,
    Overlap overlap,
    Duration jitter,
    @Nullable Instant startsAt,
    @Nullable Instant endsAt,
    Set<LocalDate> excludeDates,
    int pauseAfterFailures) {

  public static final int MOST_MISFIRES = 1000;
  public static final int DEFAULT_MISFIRES = 100;
  public static final int MOST_EXCLUDED = 1000;
  public static final int MOST_FAILURES = 1000;
  public static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
  public static final Duration LONGEST_JITTER = Duration.ofDays(1);

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public Schedule {
    excludeDates = Set.copyOf(excludeDates);
    startsAt = startsAt == null ? null : startsAt.truncatedTo(ChronoUnit.MILLIS);
    endsAt = endsAt == null ? null : endsAt.truncatedTo(ChronoUnit.MILLIS);
    Violations wrong = new Violations();
    wrong.name("/name", name);
    if (rule instanceof Rule.Every(Duration interval)) {
      wrong.duration("/every", interval, SHORTEST_INTERVAL);
      if (jitter.compareTo(interval) >= 0) {
        wrong.add("/jitter", "conflict", "is not shorter than every");
      }
    }
    if (misfireLimit < 1 || misfireLimit > MOST_MISFIRES) {
      wrong.add("/misfire_limit", "out-of-range", "is not 1 to " + MOST_MISFIRES);
    }
    if (jitter.isNegative() || jitter.compareTo(LONGEST_JITTER) > 0) {
      wrong.add("/jitter", "out-of-range", "is not between 0 and 24h");
    }
    wrong.instant("/starts_at", startsAt);
    wrong.instant("/ends_at", endsAt);
    if (startsAt != null && endsAt != null && endsAt.isBefore(startsAt)) {
      wrong.add("/ends_at", "conflict", "is before starts_at");
    }
    if (excludeDates.size() > MOST_EXCLUDED) {
      wrong.add("/exclude_dates", "out-of-range", "has more than " + MOST_EXCLUDED + " entries");
    }
    if (pauseAfterFailures < 0 || pauseAfterFailures > MOST_FAILURES) {
      wrong.add("/pause_after_failures", "out-of-range", "is not 1 to " + MOST_FAILURES);
    }
    switch (target) {
      case Target.OfTask(TaskSpec task) -> checkTask(wrong, task);
      case Target.OfWorkflow workflow -> checkWorkflow(wrong, workflow);
    }
    wrong.throwIfAny();
  }

  private static void checkTask(Violations wrong, TaskSpec task) {
    String decided = "cannot be set: each firing decides it";
    if (task.delay() != null) {
      wrong.add("/task/delay", "not-allowed", decided);
    }
    if (task.runAt() != null) {
      wrong.add("/task/run_at", "not-allowed", decided);
    }
    if (task.startBefore() != null) {
      wrong.add("/task/start_before", "not-allowed", "cannot be set: it is one instant for ever");
    }
    if (task.idempotencyKey() != null) {
      wrong.add("/task/idempotency_key", "not-allowed", decided);
    }
    if (task.unique() != null) {
      wrong.add("/task/unique", "not-allowed", "cannot be set: overlap says what firings do");
    }
  }

  private static void checkWorkflow(Violations wrong, Target.OfWorkflow target) {
    wrong.name("/workflow/workflow", target.workflow());
    if (target.version() != null && target.version() < 1) {
      wrong.add("/workflow/version", "out-of-range", "is less than 1");
    }
    if (target.input().size() > TaskSpec.MOST_PAYLOAD_BYTES) {
      wrong.add("/workflow/input", "too-large", "is larger than 256 KiB");
    }
  }

  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** Collects what makes a {@link Schedule}: one of cron and every, one of task and workflow. */
  public static final class Builder {

    /** In place of what is missing or wrong, so that the rest is checked too. */
    private static final Rule ANY_RULE = new Rule.Cron(CronRule.parse("* * * * *"));

    private static final Target ANY_TARGET = new Target.OfTask(TaskSpec.of("any"));

    private final String name;
    private @Nullable String cron;
    private @Nullable Duration every;
    private String timeZone = "UTC";
    private @Nullable TaskSpec task;
    private Target.@Nullable OfWorkflow workflow;
    private Misfire misfire = Misfire.ONCE;
    private @Nullable Integer misfireLimit;
    private Overlap overlap = Overlap.ALLOW;
    private Duration jitter = Duration.ZERO;
    private @Nullable Instant startsAt;
    private @Nullable Instant endsAt;
    private Set<LocalDate> excludeDates = Set.of();
    private @Nullable Integer pauseAfterFailures;

    private Builder(String name) {
      this.name = name;
    }

    /** See {@link CronRule}. */
    public Builder cron(@Nullable String value) {
      this.cron = value;
      return this;
    }

    public Builder every(@Nullable Duration value) {
      this.every = value;
      return this;
    }

    /** Such as {@code Europe/Berlin}; UTC unless given. */
    public Builder timeZone(String value) {
      this.timeZone = value;
      return this;
    }

    public Builder task(@Nullable TaskSpec value) {
      this.task = value;
      return this;
    }

    public Builder workflow(Target.@Nullable OfWorkflow value) {
      this.workflow = value;
      return this;
    }

    public Builder misfire(Misfire value) {
      this.misfire = value;
      return this;
    }

    /** With {@link Misfire#ALL} only. */
    public Builder misfireLimit(@Nullable Integer value) {
      this.misfireLimit = value;
      return this;
    }

    public Builder overlap(Overlap value) {
      this.overlap = value;
      return this;
    }

    public Builder jitter(Duration value) {
      this.jitter = value;
      return this;
    }

    public Builder startsAt(@Nullable Instant value) {
      this.startsAt = value;
      return this;
    }

    public Builder endsAt(@Nullable Instant value) {
      this.endsAt = value;
      return this;
    }

    public Builder excludeDates(Set<LocalDate> value) {
      this.excludeDates = value;
      return this;
    }

    /** At least 1; null for never. */
    public Builder pauseAfterFailures(@Nullable Integer value) {
      this.pauseAfterFailures = value;
      return this;
    }

    /**
     * @throws InvalidTaskException naming every field that is wrong
     */
    public Schedule build() {
      Violations wrong = new Violations();
      Rule rule = rule(wrong);
      ZoneId zone = zone(wrong);
      Target target = target(wrong);
      if (misfireLimit != null && misfire != Misfire.ALL) {
        wrong.add("/misfire_limit", "conflict", "needs misfire to be all");
      }
      if (pauseAfterFailures != null && pauseAfterFailures == 0) {
        wrong.add("/pause_after_failures", "out-of-range", "is not 1 to " + MOST_FAILURES);
      }
      Schedule schedule = null;
      try {
        schedule =
            new Schedule(
                name,
                rule,
                zone,
                target,
                misfire,
                misfireLimit == null ? DEFAULT_MISFIRES : misfireLimit,
                overlap,
                jitter,
                startsAt,
                endsAt,
                excludeDates,
                pauseAfterFailures == null ? 0 : pauseAfterFailures);
      } catch (InvalidTaskException e) {
        wrong.addAll("", e.violations());
      }
      if (schedule == null || !wrong.isEmpty()) {
        throw new InvalidTaskException(wrong.found());
      }
      return schedule;
    }

    private Rule rule(Violations wrong) {
      if (cron == null) {
        if (every == null) {
          wrong.add("/cron", "required", "or every is needed");
          return ANY_RULE;
        }
        return new Rule.Every(every);
      }
      if (every != null) {
        wrong.add("/every", "conflict", "excludes cron");
      }
      try {
        return new Rule.Cron(CronRule.parse(cron));
      } catch (InvalidCronException e) {
        wrong.add("/cron", e.code(), String.valueOf(e.getMessage()));
        return ANY_RULE;
      }
    }

    private ZoneId zone(Violations wrong) {
      try {
        return ZoneId.of(timeZone);
      } catch (DateTimeException e) {
        wrong.add("/time_zone", "unknown-zone", "is no time zone, such as Europe/Berlin");
        return ZoneId.of("UTC");
      }
    }

    private Target target(Violations wrong) {
      if (workflow == null) {
        if (task == null) {
          wrong.add("/task", "required", "or workflow is needed");
          return ANY_TARGET;
        }
        return new Target.OfTask(task);
      }
      if (task != null) {
        wrong.add("/workflow", "conflict", "excludes task");
      }
      return workflow;
    }
  }
}
