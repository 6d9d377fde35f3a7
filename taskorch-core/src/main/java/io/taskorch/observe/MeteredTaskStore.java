package io.taskorch.observe;

import io.taskorch.observe.OpenLeases.Open;
import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Progress;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Counts the moves of tasks. */
final class MeteredTaskStore implements TaskStore {

  private final TaskStore tasks;
  private final TaskQuery query;
  private final TaskMeters meters;
  private final OpenLeases leases = new OpenLeases();

  MeteredTaskStore(TaskStore tasks, TaskQuery query, TaskMeters meters) {
    this.tasks = tasks;
    this.query = query;
    this.meters = meters;
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> submitted) {
    List<Enqueued> enqueued = tasks.enqueue(submitted);
    for (Enqueued one : enqueued) {
      if (one.created()) {
        metersOf(one.task()).created();
      }
    }
    return enqueued;
  }

  @Override
  public Claim claim(ClaimRequest request) {
    Claim claim = tasks.claim(request);
    if (!claim.leased().isEmpty()) {
      long now = System.nanoTime();
      Map<Lease, Open> claimed = new LinkedHashMap<>();
      for (Claim.Leased leased : claim.leased()) {
        TaskMeters.OfKind kind = metersOf(leased.task());
        claimed.put(leased.lease(), new Open(kind, now));
        noteWait(kind, leased.task(), claim.now());
      }
      leases.add(claimed);
    }
    return claim;
  }

  /** Of first attempts only: when a task that came back became ready is not in its record. */
  private static void noteWait(TaskMeters.OfKind kind, Task task, Instant now) {
    if (task.attempt() == 1 && task.crashes() == 0 && task.step() == null) {
      Instant ready = task.dueAt() == null ? task.createdAt() : task.dueAt();
      Duration wait = Duration.between(ready, now);
      kind.waited(wait.isNegative() ? Duration.ZERO : wait);
    }
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    List<Settled> settled = tasks.settle(settlements);
    for (int i = 0; i < settled.size(); i++) {
      note(settlements.get(i), settled.get(i).state());
    }
    return settled;
  }

  private void note(Settlement settlement, @Nullable TaskState state) {
    Open open = leases.remove(settlement.lease());
    if (state == null) {
      meters.leaseLost();
      return;
    }
    TaskMeters.OfKind kind;
    if (open == null) {
      // Claimed by another process, as HTTP workers do when there are several to call.
      kind = query.find(settlement.lease().taskId()).map(this::metersOf).orElseGet(this::unknown);
    } else {
      kind = open.meters();
      kind.ran(Duration.ofNanos(System.nanoTime() - open.since()));
    }
    if (settlement.outcome() instanceof Outcome.Retrying && state == TaskState.RETRYING) {
      kind.retried();
    }
    kind.ended(state, 1);
  }

  private TaskMeters.OfKind metersOf(Task task) {
    TaskSpec spec = task.spec();
    return meters.of(spec.queue(), spec.type());
  }

  private TaskMeters.OfKind unknown() {
    return meters.of(Labels.OTHER, Labels.OTHER);
  }

  @Override
  public List<Heartbeat> heartbeat(List<Lease> held, Duration lease) {
    List<Heartbeat> answers = tasks.heartbeat(held, lease);
    for (int i = 0; i < answers.size(); i++) {
      // A worker may ask again and again for a lease that it has lost: only the first time counts.
      if (answers.get(i) == Heartbeat.LOST && leases.remove(held.get(i)) != null) {
        meters.leaseLost();
      }
    }
    return answers;
  }

  @Override
  public boolean progress(Lease lease, Progress progress) {
    return tasks.progress(lease, progress);
  }

  @Override
  public boolean log(Lease lease, String operation, List<LogLine> lines) {
    return tasks.log(lease, operation, lines);
  }

  @Override
  public Task cancel(String id) {
    // To cancel a cancelled task changes nothing, and its answer looks the same.
    TaskState before = query.states(List.of(id)).get(id);
    Task task = tasks.cancel(id);
    if (before != null && !before.isFinal()) {
      metersOf(task).ended(task.state(), 1);
    }
    return task;
  }

  @Override
  public Task retry(String id, String operation) {
    return tasks.retry(id, operation);
  }

  @Override
  public Task runNow(String id) {
    return tasks.runNow(id);
  }

  @Override
  public void delete(String id) {
    tasks.delete(id);
  }
}
