package io.taskorch.api.lease;

import io.taskorch.api.lease.LeaseViews.LeasedTask;
import io.taskorch.api.task.TaskView;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Lease;
import io.taskorch.task.LeaseLostException;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskState;
import io.taskorch.worker.StepPayloads;
import io.taskorch.workflow.UnresolvedReferenceException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a worker of this language does by itself about an attempt, for those of others. */
@Singleton
final class Attempts {

  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);
  private static final Duration UNAVAILABLE_WAIT = Duration.ofSeconds(1);

  private final Stores stores;
  private final StepPayloads payloads;
  private final RetryPolicy defaultPolicy;

  Attempts(Stores stores, TaskorchConfig config) {
    this.stores = stores;
    this.payloads = new StepPayloads(stores.runs());
    this.defaultPolicy = config.worker().retryPolicy().policy();
  }

  /**
   * The tasks with their payloads resolved; one whose payload cannot be is settled at once, and
   * left out.
   */
  List<LeasedTask> handOut(List<Leased> leased, ClaimBody.Read claim) {
    List<LeasedTask> tasks = new ArrayList<>();
    for (Leased one : leased) {
      try {
        tasks.add(
            new LeasedTask(
                new HttpLease(one.lease(), claim.lease(), claim.workerId()).id(),
                one.expiresAt(),
                one.task().fence(),
                TaskView.of(one.task(), payloads.of(one.task()))));
      } catch (UnresolvedReferenceException e) {
        giveUp(one, e.kind(), e);
      } catch (InvalidTaskException e) {
        giveUp(one, "payload", e);
      } catch (StoreUnavailableException e) {
        putOff(one);
      }
    }
    return tasks;
  }

  private void giveUp(Leased leased, String kind, RuntimeException why) {
    TaskError error = TaskError.of(kind, String.valueOf(why.getMessage()));
    int maxAttempts = policyOf(leased.task()).maxAttempts();
    stores
        .tasks()
        .settle(
            List.of(
                new Settlement(
                    leased.lease(),
                    new Outcome.Failed(error, Reason.PERMANENT_ERROR, maxAttempts))));
  }

  private void putOff(Leased leased) {
    try {
      stores
          .tasks()
          .settle(List.of(new Settlement(leased.lease(), new Outcome.Snoozed(UNAVAILABLE_WAIT))));
    } catch (StoreUnavailableException e) {
      LOG.warn("a leased task could not be handed out; it comes back when its lease ends");
    }
  }

  /**
   * Ends an attempt.
   *
   * @return the task afterwards
   * @throws LeaseLostException the lease is no longer held; nothing was written
   */
  Task settle(Lease lease, Outcome outcome) {
    TaskState state =
        stores.tasks().settle(List.of(new Settlement(lease, outcome))).getFirst().state();
    if (state == null || !canLeadTo(outcome, state)) {
      throw new LeaseLostException(lease.id());
    }
    return task(lease);
  }

  /**
   * Whether the answer is to this outcome: an attempt that was ended before answers with its first
   * end, whatever is said of it later.
   */
  private static boolean canLeadTo(Outcome outcome, TaskState state) {
    Set<TaskState> ends =
        switch (outcome) {
          case Outcome.Succeeded s -> EnumSet.of(TaskState.SUCCEEDED);
          case Outcome.Retrying r ->
              EnumSet.of(TaskState.RETRYING, TaskState.FAILED, TaskState.CANCELLED);
          case Outcome.Failed f ->
              EnumSet.of(TaskState.RETRYING, TaskState.FAILED, TaskState.CANCELLED);
          case Outcome.Released r ->
              EnumSet.of(TaskState.PENDING, TaskState.SCHEDULED, TaskState.CANCELLED);
          case Outcome.Snoozed s ->
              EnumSet.of(TaskState.PENDING, TaskState.SCHEDULED, TaskState.CANCELLED);
          case Outcome.SlowedDown s -> EnumSet.of(TaskState.PENDING, TaskState.CANCELLED);
        };
    return ends.contains(state);
  }

  /**
   * Ends an attempt that failed, by the task's retry policy.
   *
   * @throws LeaseLostException the lease is no longer held; nothing was written
   */
  Task fail(Lease lease, TaskError error, boolean retryable) {
    Task task = task(lease);
    RetryPolicy policy = policyOf(task);
    int failures = task.failures() + 1;
    Outcome outcome;
    if (!retryable) {
      outcome = new Outcome.Failed(error, Reason.PERMANENT_ERROR, policy.maxAttempts());
    } else if (policy.allowsRetryAfter(failures)) {
      Duration delay = policy.delayAfter(failures, ThreadLocalRandom.current());
      outcome = new Outcome.Retrying(error, delay, policy.maxAttempts());
    } else {
      outcome = new Outcome.Failed(error, Reason.ATTEMPTS_SPENT, policy.maxAttempts());
    }
    return settle(lease, outcome);
  }

  private RetryPolicy policyOf(Task task) {
    RetryPolicy own = task.spec().retryPolicy();
    return own == null ? defaultPolicy : own;
  }

  private Task task(Lease lease) {
    if (!stores.partitions().holds(lease.taskId())) {
      throw new TaskNotFoundException(lease.taskId());
    }
    return stores
        .query()
        .find(lease.taskId())
        .orElseThrow(() -> new LeaseLostException(lease.id()));
  }
}
