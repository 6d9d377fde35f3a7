package io.taskorch.testing.model;

import io.taskorch.task.Attempt;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A task of the model: the fields of {@link Task}, and what only the store knows. */
final class ModelTask {
  final String id;
  final TaskSpec spec;
  final @Nullable StepLink step;
  final Instant createdAt;

  TaskState state;
  Instant updatedAt;
  @Nullable Instant startedAt;
  @Nullable Instant dueAt;
  int attempt;
  int maxAttempts;
  int failures;
  int crashes;
  int generation;
  long fence;
  boolean cancelRequested;
  @Nullable Reason reason;
  @Nullable String workerId;
  List<Attempt> attempts = new ArrayList<>();
  @Nullable Progress progress;
  @Nullable Json result;

  /** Where it stands among the ready tasks of its queue and priority. */
  long place;

  /** Held exactly while it runs. */
  @Nullable Lease lease;

  @Nullable Instant expiresAt;

  /** The last lease whose holder settled it, and the answer. */
  @Nullable Lease settledLease;

  @Nullable TaskState settledState;

  @Nullable String retryOperation;
  @Nullable String logOperation;
  List<LogLine> log = new ArrayList<>();

  ModelTask(String id, TaskSpec spec, @Nullable StepLink step, Instant now) {
    this.id = id;
    this.spec = spec.toBuilder().delay(null).runAt(null).build();
    this.step = step;
    this.createdAt = now;
    this.updatedAt = now;
    this.state = TaskState.BLOCKED;
    this.maxAttempts = spec.retryPolicy() == null ? 0 : spec.retryPolicy().maxAttempts();
  }

  boolean isHeldBy(Lease claimed) {
    return state == TaskState.RUNNING && claimed.equals(lease);
  }

  void endAttempt(Instant now, @Nullable TaskError error) {
    Attempt open = attempts.removeLast();
    attempts.add(
        new Attempt(
            open.generation(), open.number(), open.workerId(), open.startedAt(), now, error));
  }

  Task seen() {
    return new Task(
        id,
        spec,
        step,
        state,
        createdAt,
        updatedAt,
        startedAt,
        dueAt,
        attempt,
        maxAttempts,
        failures,
        crashes,
        generation,
        fence,
        cancelRequested,
        reason,
        workerId,
        attempts,
        progress,
        result);
  }
}
