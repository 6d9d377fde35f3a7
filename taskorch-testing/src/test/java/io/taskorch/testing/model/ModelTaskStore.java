package io.taskorch.testing.model;

import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskStore;
import io.taskorch.task.Attempt;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The moves that callers, workers and operators make. */
final class ModelTaskStore implements TaskStore {
  /** The last claim of a worker. */
  private record Remembered(String claimId, List<Lease> leases) {}

  private final ModelPartition model;
  private final Map<String, Remembered> claims = new HashMap<>();

  ModelTaskStore(ModelPartition model) {
    this.model = model;
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> newTasks) {
    List<Enqueued> answers = new ArrayList<>();
    for (NewTask added : newTasks) {
      boolean isNew = !model.tasks.containsKey(added.id());
      if (isNew) {
        model.store(
            new ModelTask(added.id(), added.spec(), null, model.now), model.dueOf(added.spec()));
      }
      answers.add(new Enqueued(model.tasks.get(added.id()).seen(), isNew));
    }
    return answers;
  }

  @Override
  public Claim claim(ClaimRequest request) {
    Remembered last = claims.get(request.workerId());
    if (last == null || !last.claimId().equals(request.claimId())) {
      model.promoteDue(open(request));
      last = new Remembered(request.claimId(), take(request));
      model.finishRuns();
      if (!last.leases().isEmpty()) {
        claims.put(request.workerId(), last);
      }
    }
    List<Claim.Leased> held =
        last.leases().stream()
            .filter(lease -> model.tasks.containsKey(lease.taskId()))
            .filter(lease -> model.tasks.get(lease.taskId()).isHeldBy(lease))
            .map(this::leased)
            .toList();
    return new Claim(held, model.now, model.nextDue(open(request)));
  }

  private List<String> open(ClaimRequest request) {
    return request.queues().stream().filter(q -> !model.paused.contains(q)).toList();
  }

  private Claim.Leased leased(Lease lease) {
    ModelTask task = model.tasks.get(lease.taskId());
    return new Claim.Leased(lease, task.seen(), task.expiresAt);
  }

  private List<Lease> take(ClaimRequest request) {
    Map<Priority, List<ModelTask>> taken = new EnumMap<>(Priority.class);
    int left = request.most();
    for (Priority priority : Priority.values()) {
      int share = Math.min(left, request.shares().get(priority.ordinal()));
      List<ModelTask> first = next(request, priority, share);
      taken.put(priority, first);
      left -= first.size();
    }
    for (Priority priority : Priority.values()) {
      List<ModelTask> more = next(request, priority, left);
      taken.get(priority).addAll(more);
      left -= more.size();
    }
    return taken.values().stream().flatMap(List::stream).map(t -> t.lease).toList();
  }

  private List<ModelTask> next(ClaimRequest request, Priority priority, int most) {
    List<ModelTask> taken = new ArrayList<>();
    for (String queue : open(request)) {
      for (ModelTask task : ready(queue, priority)) {
        if (taken.size() == most) {
          return taken;
        }
        boolean handled = request.types().contains(task.spec.type());
        if (model.isAside(task) && !handled) {
          continue;
        }
        if (isExpired(task)) {
          model.end(task, TaskState.CANCELLED, Reason.EXPIRED);
        } else if (handled) {
          start(task, request);
          taken.add(task);
        } else {
          model
              .aside
              .computeIfAbsent(ModelPartition.lane(task), lane -> new ModelPartition.Lane())
              .ids
              .add(task.id);
        }
      }
    }
    return taken;
  }

  private List<ModelTask> ready(String queue, Priority priority) {
    return model
        .in(TaskState.PENDING)
        .filter(t -> t.spec.queue().equals(queue) && t.spec.priority() == priority)
        .sorted(ModelPartition.ORDER_OF_EXECUTION)
        .toList();
  }

  private boolean isExpired(ModelTask task) {
    Instant last = task.spec.startBefore();
    return last != null && model.now.isAfter(last);
  }

  private void start(ModelTask task, ClaimRequest request) {
    model.move(task, TaskState.RUNNING);
    task.lease = new Lease(task.id, task.generation, request.claimId());
    task.expiresAt = model.now.plus(request.lease());
    task.workerId = request.workerId();
    task.startedAt = model.now;
    task.attempt++;
    task.fence++;
    task.attempts.add(
        new Attempt(task.generation, task.attempt, request.workerId(), model.now, null, null));
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    List<Settled> answers = settlements.stream().map(this::settleOne).toList();
    model.finishRuns();
    return answers;
  }

  private Settled settleOne(Settlement settlement) {
    ModelTask task = model.tasks.get(settlement.lease().taskId());
    if (task == null) {
      return new Settled(null);
    }
    if (task.isHeldBy(settlement.lease())) {
      apply(task, settlement.outcome());
      task.settledLease = settlement.lease();
      task.settledState = task.state;
      return new Settled(task.state);
    }
    return new Settled(settlement.lease().equals(task.settledLease) ? task.settledState : null);
  }

  private void apply(ModelTask task, Outcome outcome) {
    switch (outcome) {
      case Outcome.Succeeded succeeded -> {
        task.endAttempt(model.now, null);
        task.result = succeeded.result().isNull() ? null : succeeded.result();
        model.end(task, TaskState.SUCCEEDED, null);
      }
      case Outcome.Retrying retrying -> {
        fail(task, retrying.error(), retrying.maxAttempts());
        if (!model.endIfCancelled(task)) {
          model.move(task, TaskState.RETRYING);
          task.dueAt = model.now.plus(retrying.delay());
        }
      }
      case Outcome.Failed failed -> {
        fail(task, failed.error(), failed.maxAttempts());
        if (!model.endIfCancelled(task)) {
          model.end(task, TaskState.FAILED, failed.reason());
        }
      }
      case Outcome.Released released -> {
        unspend(task);
        if (!model.endIfCancelled(task)) {
          model.move(task, TaskState.PENDING);
        }
      }
      case Outcome.SlowedDown slowed ->
          throw new IllegalArgumentException("the model's sequences close no gates");
      case Outcome.Snoozed snoozed -> {
        unspend(task);
        if (!model.endIfCancelled(task)) {
          model.move(task, TaskState.SCHEDULED);
          task.dueAt = model.now.plus(snoozed.delay());
        }
      }
    }
  }

  private void fail(ModelTask task, TaskError error, int maxAttempts) {
    task.endAttempt(model.now, error);
    task.failures++;
    task.maxAttempts = maxAttempts;
  }

  private void unspend(ModelTask task) {
    task.attempts.removeLast();
    task.attempt--;
  }

  @Override
  public List<Heartbeat> heartbeat(List<Lease> leases, Duration lease) {
    return leases.stream().map(held -> heartbeat(held, lease)).toList();
  }

  private Heartbeat heartbeat(Lease held, Duration lease) {
    ModelTask task = held(held);
    if (task == null) {
      return Heartbeat.LOST;
    }
    task.expiresAt = model.now.plus(lease);
    return task.cancelRequested || model.isRunCancelled(task)
        ? Heartbeat.CANCEL_REQUESTED
        : Heartbeat.HELD;
  }

  private @Nullable ModelTask held(Lease lease) {
    ModelTask task = model.tasks.get(lease.taskId());
    return task != null && task.isHeldBy(lease) ? task : null;
  }

  @Override
  public boolean progress(Lease lease, Progress progress) {
    ModelTask task = held(lease);
    if (task == null) {
      return false;
    }
    task.progress = progress;
    return true;
  }

  @Override
  public boolean log(Lease lease, String operation, List<LogLine> lines) {
    ModelTask task = held(lease);
    if (task == null) {
      return false;
    }
    if (!operation.equals(task.logOperation)) {
      task.logOperation = operation;
      task.log.addAll(lines);
    }
    return true;
  }

  @Override
  public Task cancel(String id) {
    ModelTask task = model.require(id);
    switch (task.state) {
      case BLOCKED, SCHEDULED, PENDING, RETRYING ->
          model.end(task, TaskState.CANCELLED, Reason.CANCELLED);
      case RUNNING -> task.cancelRequested = true;
      case CANCELLED -> {}
      case SUCCEEDED, FAILED, SKIPPED -> throw new IllegalMoveException("cancel", id, task.state);
    }
    model.finishRuns();
    return task.seen();
  }

  @Override
  public Task retry(String id, String operation) {
    ModelTask task = model.require(id);
    if (operation.equals(task.retryOperation)) {
      return task.seen();
    }
    if (task.step != null
        || (task.state != TaskState.FAILED && task.state != TaskState.CANCELLED)) {
      throw new IllegalMoveException("retry", id, task.state);
    }
    task.retryOperation = operation;
    ModelPartition.startOver(task);
    model.makeReady(task);
    return task.seen();
  }

  @Override
  public Task runNow(String id) {
    ModelTask task = model.require(id);
    switch (task.state) {
      case SCHEDULED, RETRYING -> model.makeReady(task);
      case PENDING -> {}
      case BLOCKED, RUNNING, SUCCEEDED, FAILED, CANCELLED, SKIPPED ->
          throw new IllegalMoveException("run", id, task.state);
    }
    return task.seen();
  }

  @Override
  public void delete(String id) {
    ModelTask task = model.require(id);
    if (task.step != null || !task.state.isFinal()) {
      throw new IllegalMoveException("delete", id, task.state);
    }
    model.tasks.remove(id);
  }
}
