package io.taskorch.api.schedule;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.task.RetryPolicyBody;
import io.taskorch.schedule.CronRule;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Rule;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.schedule.Target;
import io.taskorch.store.ScheduleStore.SchedulePage;
import io.taskorch.store.StoredSchedule;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A schedule as it is read back. What is absent is left out. */
@Schema(name = "Schedule")
record ScheduleView(
    String name,
    @Nullable String cron,
    @Schema(implementation = String.class) @Nullable Duration every,
    String timeZone,
    @Nullable TaskPart task,
    @Nullable WorkflowPart workflow,
    @Schema(allowableValues = {"skip", "once", "all"}) String misfire,
    @Nullable Integer misfireLimit,
    @Schema(allowableValues = {"allow", "skip", "queue_one", "cancel_running"}) String overlap,
    @Schema(implementation = String.class) @Nullable Duration jitter,
    @Nullable Instant startsAt,
    @Nullable Instant endsAt,
    @Nullable List<LocalDate> excludeDates,
    @Nullable Integer pauseAfterFailures,
    boolean paused,
    @Schema(description = "failures, when it paused itself") @Nullable String pauseReason,
    @Schema(description = "whose settings or code declare it") @Nullable String declaredBy,
    Instant createdAt,
    Instant updatedAt,
    @Schema(description = "the next instant; none while it is paused or when it is over")
        @Nullable Instant nextAt,
    @Schema(description = "an instant that waits for what an earlier one started")
        @Nullable Instant queuedAt,
    @Schema(description = "the last instant that made a task or run") @Nullable Instant lastAt,
    @Schema(description = "where it has a task") @Nullable String lastTaskId,
    @Schema(description = "where it has a workflow") @Nullable String lastWorkflowId,
    @Schema(description = "failed tasks or runs in a row") int failures,
    long fired,
    long skipped,
    long missed) {

  /** What a firing submits. */
  @Schema(name = "ScheduledTask")
  record TaskPart(
      String type,
      @Schema(implementation = Object.class) Json payload,
      String queue,
      String priority,
      @Nullable RetryPolicyBody retryPolicy,
      @Schema(implementation = String.class) @Nullable Duration timeout,
      List<String> tags,
      Map<String, String> metadata,
      @Schema(implementation = String.class) @Nullable Duration retention) {

    static TaskPart of(TaskSpec task) {
      return new TaskPart(
          task.type(),
          task.payload(),
          task.queue(),
          word(task.priority()),
          task.retryPolicy() == null ? null : RetryPolicyBody.of(task.retryPolicy()),
          task.timeout(),
          task.tags(),
          task.metadata(),
          task.retention());
    }
  }

  /**
   * What a firing runs.
   *
   * @param version null for the latest
   */
  @Schema(name = "ScheduledRun")
  record WorkflowPart(
      String workflow,
      @Nullable Integer version,
      @Schema(implementation = Object.class) Json input) {}

  static ScheduleView of(StoredSchedule stored) {
    Schedule schedule = stored.schedule();
    ScheduleProgress progress = stored.progress();
    return new ScheduleView(
        schedule.name(),
        schedule.rule() instanceof Rule.Cron(CronRule cron) ? cron.expression() : null,
        schedule.rule() instanceof Rule.Every(Duration interval) ? interval : null,
        schedule.zone().getId(),
        schedule.target() instanceof Target.OfTask(TaskSpec task) ? TaskPart.of(task) : null,
        schedule.target() instanceof Target.OfWorkflow(String name, Integer version, Json input)
            ? new WorkflowPart(name, version, input)
            : null,
        word(schedule.misfire()),
        schedule.misfire() == Misfire.ALL ? schedule.misfireLimit() : null,
        word(schedule.overlap()),
        schedule.jitter().isZero() ? null : schedule.jitter(),
        schedule.startsAt(),
        schedule.endsAt(),
        schedule.excludeDates().isEmpty()
            ? null
            : schedule.excludeDates().stream().sorted().toList(),
        schedule.pauseAfterFailures() == 0 ? null : schedule.pauseAfterFailures(),
        progress.paused(),
        progress.pauseReason(),
        stored.declaredBy(),
        stored.createdAt(),
        stored.updatedAt(),
        progress.paused() ? null : progress.next(),
        progress.queued(),
        progress.lastInstant(),
        schedule.target() instanceof Target.OfTask ? progress.lastId() : null,
        schedule.target() instanceof Target.OfWorkflow ? progress.lastId() : null,
        progress.failures(),
        progress.fired(),
        progress.skipped(),
        progress.missed());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * One page, by name.
   *
   * @param nextCursor null at the end of the list
   */
  @Schema(name = "Schedules")
  record Page(
      List<ScheduleView> schedules,
      @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {

    static Page of(SchedulePage page) {
      return new Page(
          page.schedules().stream().map(ScheduleView::of).toList(), page.nextCursor().orElse(null));
    }
  }
}
