package io.taskorch.micronaut.config;

import io.taskorch.json.PayloadCodec;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.Target;
import io.taskorch.task.Durations;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a schedule of {@code scheduler.schedules}, named by its section. */
final class DeclaredSchedules {

  private static final PayloadCodec CODEC = new PayloadCodec(PayloadCodec.defaultMapper());

  private DeclaredSchedules() {}

  /** One schedule; none when it was refused, which is noted then. */
  static Stream<Schedule> read(Settings settings) {
    Schedule.Builder builder =
        Schedule.builder(settings.name())
            .cron(orNull(settings.text("cron", "")))
            .every(orNull(duration(settings, "every")))
            .timeZone(settings.text("time_zone", "UTC"))
            .misfire(settings.choice("misfire", Misfire.ONCE))
            .misfireLimit(orNull(settings.number("misfire_limit", 0, 1, Schedule.MOST_MISFIRES)))
            .overlap(settings.choice("overlap", Overlap.ALLOW))
            .jitter(duration(settings, "jitter"))
            .startsAt(instant(settings, "starts_at"))
            .endsAt(instant(settings, "ends_at"))
            .excludeDates(dates(settings))
            .pauseAfterFailures(
                orNull(settings.number("pause_after_failures", 0, 1, Schedule.MOST_FAILURES)));
    try {
      Settings workflow = settings.section("workflow");
      Settings task = settings.section("task");
      String name = workflow.name("workflow", "");
      String type = task.name("type", "");
      if (!name.isEmpty()) {
        builder.workflow(workflow(workflow, name));
      }
      if (!type.isEmpty() || name.isEmpty()) {
        TaskSpec spec = task(task, type);
        return spec == null ? Stream.empty() : Stream.of(builder.task(spec).build());
      }
      return Stream.of(builder.build());
    } catch (InvalidTaskException e) {
      refuse(settings, e);
      return Stream.empty();
    }
  }

  private static void refuse(Settings settings, InvalidTaskException refusal) {
    for (Violation violation : refusal.violations()) {
      String key = violation.pointer().substring(1).replace('/', '.');
      settings.refuse(key, violation.detail());
    }
  }

  private static Target.OfWorkflow workflow(Settings settings, String name) {
    return new Target.OfWorkflow(
        name, orNull(settings.number("version", 0, 1, Integer.MAX_VALUE)), json(settings, "input"));
  }

  private static Json json(Settings settings, String key) {
    Json json = Json.of(settings.text(key, "null"));
    if (!CODEC.isJson(json)) {
      settings.refuse(key, "is not JSON");
    }
    return json;
  }

  private static @Nullable TaskSpec task(Settings settings, String type) {
    TaskSpec.Builder task =
        TaskSpec.builder(type)
            .payload(json(settings, "payload"))
            .queue(settings.name("queue", TaskSpec.DEFAULT_QUEUE))
            .priority(settings.choice("priority", Priority.NORMAL))
            .timeout(orNull(duration(settings, "timeout")))
            .retention(orNull(duration(settings, "retention")))
            .tags(settings.names("tags"));
    RetryPolicy fallback = RetryPolicy.DEFAULT;
    Settings retry = settings.section("retry_policy");
    RetryPolicy policy =
        new RetryPolicy(
            retry.number("max_attempts", fallback.maxAttempts(), 1, RetryPolicy.MOST_ATTEMPTS),
            retry.duration("delay", fallback.delay(), Duration.ZERO, Durations.LONGEST),
            retry.choice("backoff", fallback.backoff()),
            fallback.multiplier(),
            retry.duration("max_delay", fallback.maxDelay(), Duration.ZERO, Durations.LONGEST),
            fallback.jitter());
    try {
      return task.retryPolicy(policy.equals(fallback) ? null : policy).build();
    } catch (InvalidTaskException e) {
      refuse(settings, e);
      return null;
    }
  }

  private static Duration duration(Settings settings, String key) {
    return settings.duration(key, Duration.ZERO, Duration.ZERO, Durations.LONGEST);
  }

  private static @Nullable Instant instant(Settings settings, String key) {
    String text = settings.text(key, "");
    try {
      return text.isEmpty() ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      settings.refuse(key, "is not an instant such as 2026-12-01T08:00:00Z");
      return null;
    }
  }

  private static Set<LocalDate> dates(Settings settings) {
    Set<LocalDate> dates = new HashSet<>();
    settings.texts("exclude_dates", text -> dates.add(date(text)));
    return dates;
  }

  private static LocalDate date(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("has an entry that is not a date such as 2026-12-25", e);
    }
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable Duration orNull(Duration duration) {
    return duration.isZero() ? null : duration;
  }

  private static @Nullable Integer orNull(int number) {
    return number == 0 ? null : number;
  }
}
