package io.taskorch.api.schedule;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.api.task.TaskBody;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.Target;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A schedule as it is sent: one of cron and every, one of task and workflow. */
@Schema(name = "NewSchedule")
record ScheduleBody(
    @Schema(description = "as in the path, where there is one") @Nullable String name,
    @Schema(
            description =
                "5 fields, or 6 with seconds first; L, W and # as in Quartz; @hourly to @yearly;"
                    + " not with every",
            example = "0 3 * * *")
        @Nullable String cron,
    @Schema(description = "a fixed interval, from 1s; not with cron", example = "15m")
        @Nullable String every,
    @Schema(description = "UTC unless given", example = "Europe/Berlin") @Nullable String timeZone,
    @Schema(description = "without delay, run_at, start_before and idempotency_key")
        @Nullable TaskBody task,
    @Schema(description = "in place of a task") @Nullable WorkflowTarget workflow,
    @Schema(
            allowableValues = {"skip", "once", "all"},
            description = "what becomes of firings that are over a minute late; once unless given")
        @Nullable String misfire,
    @Schema(description = "how many of them all fires, 1 to 1000; 100 unless given")
        @Nullable Integer misfireLimit,
    @Schema(
            allowableValues = {"allow", "skip", "queue_one", "cancel_running"},
            description = "while what an earlier firing started has not ended; allow unless given")
        @Nullable String overlap,
    @Schema(description = "firings come up to so much later, at most 24h", example = "30s")
        @Nullable String jitter,
    @Schema(format = "date-time") @Nullable String startsAt,
    @Schema(format = "date-time") @Nullable String endsAt,
    @Schema(description = "dates in the schedule's zone without a firing", example = "[2026-12-25]")
        @Nullable List<String> excludeDates,
    @Schema(description = "it pauses itself after so many failed tasks or runs in a row")
        @Nullable Integer pauseAfterFailures,
    @Schema(description = "stays as it is unless given") @Nullable Boolean paused) {

  /** A stored workflow that a schedule starts. */
  @Schema(name = "ScheduledWorkflow")
  record WorkflowTarget(
      @Schema(description = "the definition's name", example = "nightly") String workflow,
      @Schema(description = "the latest at each firing unless given") @Nullable Integer version,
      @Schema(description = "any JSON that keeps to the definition's schema")
          @Nullable Object input) {}

  /**
   * Reads a schedule.
   *
   * @return null when it was refused, which is noted then
   */
  static @Nullable Schedule read(Fields in, String name) {
    String cron = in.text("cron");
    Duration every = in.duration("every");
    Schedule.Builder builder =
        Schedule.builder(name)
            .cron(cron)
            .every(every)
            .misfireLimit(in.integer("misfire_limit", 1, Schedule.MOST_MISFIRES))
            .startsAt(in.instant("starts_at"))
            .endsAt(in.instant("ends_at"))
            .excludeDates(dates(in))
            .pauseAfterFailures(in.integer("pause_after_failures", 1, Schedule.MOST_FAILURES));
    String timeZone = in.text("time_zone");
    if (timeZone != null) {
      builder.timeZone(timeZone);
    }
    Misfire misfire = in.choice("misfire", Misfire.class);
    if (misfire != null) {
      builder.misfire(misfire);
    }
    Overlap overlap = in.choice("overlap", Overlap.class);
    if (overlap != null) {
      builder.overlap(overlap);
    }
    Duration jitter = in.duration("jitter");
    if (jitter != null) {
      builder.jitter(jitter);
    }
    Fields task = in.object("task", TaskBody.class);
    TaskSpec spec = task == null ? null : TaskBody.readPart(task);
    Target.OfWorkflow workflow = workflow(in);
    builder.task(spec).workflow(workflow);
    // What could not be read would be called missing.
    boolean readable =
        in.has("cron") == (cron != null)
            && in.has("every") == (every != null)
            && in.has("task") == (spec != null)
            && in.has("workflow") == (workflow != null);
    return readable ? in.build(builder::build) : null;
  }

  private static Target.@Nullable OfWorkflow workflow(Fields in) {
    Fields workflow = in.object("workflow", WorkflowTarget.class);
    if (workflow == null) {
      return null;
    }
    Json input = workflow.raw("input");
    boolean named = workflow.has("workflow");
    String name = workflow.requiredText("workflow");
    Integer version = workflow.integer("version", 1, Integer.MAX_VALUE);
    return named ? new Target.OfWorkflow(name, version, input == null ? Json.NULL : input) : null;
  }

  private static Set<LocalDate> dates(Fields in) {
    Set<LocalDate> dates = new HashSet<>();
    List<String> texts = in.texts("exclude_dates");
    for (int i = 0; i < texts.size(); i++) {
      try {
        dates.add(LocalDate.parse(texts.get(i)));
      } catch (DateTimeParseException e) {
        in.malformed(
            "exclude_dates", "malformed-date", "has an entry that is not such as 2026-12-25");
        break;
      }
    }
    return dates;
  }
}
