package io.taskorch.task;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task as it is stored.
 *
 * @param spec as submitted, but for {@code delay} and {@code runAt}, which {@code dueAt} replaces
 * @param step null unless it is a step of a workflow run
 * @param updatedAt when the state last changed; of a final state, when the task ended
 * @param startedAt of the last attempt
 * @param dueAt when it may next be claimed; null unless it waits for that, or did last
 * @param attempt starts of this generation, less releases and snoozes
 * @param maxAttempts 0 as long as no policy is known
 * @param failures what the retry policy counts
 * @param crashes attempts of this generation whose lease expired
 * @param generation how often an operator has started it over
 * @param fence grows by one with every claim and is never reset; for a handler's own conditional
 *     writes
 * @param reason of a final state
 * @param attempts the last of them, oldest first; empty in lists
 * @param progress empty in lists
 * @param result null unless it succeeded with one; always null in lists
 */
public record Task(
    String id,
    TaskSpec spec,
    @Nullable StepLink step,
    TaskState state,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant startedAt,
    @Nullable Instant dueAt,
    int attempt,
    int maxAttempts,
    int failures,
    int crashes,
    int generation,
    long fence,
    boolean cancelRequested,
    @Nullable Reason reason,
    @Nullable String workerId,
    List<Attempt> attempts,
    @Nullable Progress progress,
    @Nullable Json result) {

  public Task {
    attempts = List.copyOf(attempts);
  }

  public @Nullable Instant finishedAt() {
    return state.isFinal() ? updatedAt : null;
  }

  /** The error of the last attempt that failed; null when none did. */
  public @Nullable TaskError lastError() {
    for (int i = attempts.size() - 1; i >= 0; i--) {
      TaskError error = attempts.get(i).error();
      if (error != null) {
        return error;
      }
    }
    return null;
  }
}
