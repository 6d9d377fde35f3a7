package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.Attempt;
import io.taskorch.task.BatchLink;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task as it is read back. What is absent, or not known in lists, is left out. */
@Schema(name = "Task")
public record TaskView(
    String id,
    String type,
    @Schema(implementation = Object.class) Json payload,
    String queue,
    @Schema(allowableValues = {"critical", "high", "normal", "low"}) String priority,
    @Nullable RetryPolicyBody retryPolicy,
    @Nullable Instant startBefore,
    @Schema(implementation = String.class) @Nullable Duration timeout,
    @Nullable String idempotencyKey,
    @Nullable UniqueBody unique,
    @Nullable String group,
    @Nullable String limit,
    @Schema(oneOf = {String.class, SequenceBody.class}) @Nullable Object sequence,
    @Nullable Integer units,
    @Nullable Integer slots,
    @Nullable List<String> requires,
    List<String> tags,
    Map<String, String> metadata,
    @Schema(implementation = String.class) @Nullable Duration retention,
    TaskState state,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable Instant dueAt,
    int attempt,
    @Nullable Integer maxAttempts,
    int crashes,
    int generation,
    @Schema(description = "of a final state") @Nullable String reason,
    boolean cancelRequested,
    @Schema(
            description =
                "upstream steps that a BLOCKED one waits for, or what ends it where no worker does:"
                    + " time, approval, signal:NAME, workflow:NAME or elements")
        @Nullable List<String> waitingFor,
    @Nullable List<AttemptView> attempts,
    @Nullable Progress progress,
    @Schema(implementation = Object.class) @Nullable Json result,
    @Nullable String workerId,
    @Nullable String workflowId,
    @Nullable String step,
    @Schema(description = "the schedule that made it") @Nullable String schedule,
    @Schema(description = "the batch that it is a member of, or a callback of")
        @Nullable String batchId,
    @Schema(
            description = "of a batch's callback: which one",
            allowableValues = {"on_success", "on_finish", "on_failure"})
        @Nullable String batchCallback) {

  /** One run of a task. */
  @Schema(name = "Attempt")
  record AttemptView(
      int generation,
      int number,
      String workerId,
      Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable TaskError error) {

    static AttemptView of(Attempt attempt) {
      return new AttemptView(
          attempt.generation(),
          attempt.number(),
          attempt.workerId(),
          attempt.startedAt(),
          attempt.finishedAt(),
          attempt.error());
    }
  }

  /** A task with everything known of it. */
  public static TaskView of(Task task) {
    return of(
        task, task.spec().payload(), null, task.attempts().stream().map(AttemptView::of).toList());
  }

  /** A {@code BLOCKED} task with what it waits for. */
  static TaskView of(Task task, List<String> waitingFor) {
    return of(
        task,
        task.spec().payload(),
        waitingFor,
        task.attempts().stream().map(AttemptView::of).toList());
  }

  /** A task that a worker has claimed, with the payload that it gets. */
  public static TaskView of(Task task, Json payload) {
    return of(task, payload, null, task.attempts().stream().map(AttemptView::of).toList());
  }

  /** A task as lists have it: what the list does not know is left out. */
  static TaskView row(Task task) {
    return of(task, task.spec().payload(), null, null);
  }

  private static TaskView of(
      Task task,
      Json payload,
      @Nullable List<String> waitingFor,
      @Nullable List<AttemptView> attempts) {
    TaskSpec spec = task.spec();
    Flow flow = spec.flow();
    return new TaskView(
        task.id(),
        spec.type(),
        payload,
        spec.queue(),
        spec.priority().name().toLowerCase(Locale.ROOT),
        spec.retryPolicy() == null ? null : RetryPolicyBody.of(spec.retryPolicy()),
        spec.startBefore(),
        spec.timeout(),
        spec.idempotencyKey(),
        spec.unique() == null ? null : UniqueBody.of(spec.unique()),
        flow.group(),
        flow.limit(),
        flow.sequence() == null ? null : SequenceBody.of(flow.sequence()),
        flow.units() == 1 ? null : flow.units(),
        flow.slots() == 1 ? null : flow.slots(),
        flow.requires().isEmpty() ? null : flow.requires(),
        spec.tags(),
        spec.metadata(),
        spec.retention(),
        task.state(),
        task.createdAt(),
        task.updatedAt(),
        task.startedAt(),
        task.finishedAt(),
        task.dueAt(),
        task.attempt(),
        task.maxAttempts() == 0 ? null : task.maxAttempts(),
        task.crashes(),
        task.generation(),
        word(task.reason()),
        task.cancelRequested(),
        waitingFor,
        attempts,
        task.progress(),
        task.result(),
        task.workerId(),
        task.step() == null ? null : task.step().runId(),
        task.step() == null ? null : task.step().name(),
        spec.schedule(),
        spec.batch() == null ? null : spec.batch().batchId(),
        callback(spec.batch()));
  }

  private static @Nullable String callback(@Nullable BatchLink batch) {
    return batch == null || batch.role() == BatchLink.Role.MEMBER
        ? null
        : batch.role().name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable String word(@Nullable Reason reason) {
    return reason == null ? null : reason.word();
  }
}
