package io.taskorch.testing.model;

import static java.util.Comparator.comparing;

import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.EventLog;
import io.taskorch.store.Hints;
import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.NewRun;
import io.taskorch.store.NewTask;
import io.taskorch.store.Partitions;
import io.taskorch.store.QueueStore;
import io.taskorch.store.RunStore;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.WorkerRegistry;
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
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Progression;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one partition does, in plain Java and from the contract: slow, in memory, one thread, and
 * with a clock that stands where it is put. The real store is compared with it call by call.
 */
final class ReferenceModel implements Stores {

  private static final Duration SUCCEEDED_KEPT = Duration.ofHours(24);
  private static final Duration OTHERS_KEPT = Duration.ofDays(30);
  private static final Duration LONGEST_PAUSE_OF_REAPER = Duration.ofSeconds(5);
  private static final int MOST_CRASHES = 3;

  private static final Comparator<ModelTask> ORDER_OF_EXECUTION =
      comparing((ModelTask t) -> t.spec.priority()).thenComparing(t -> t.place);
  private static final Comparator<ModelTask> BY_DUE_TIME =
      comparing((ModelTask t) -> t.dueAt).thenComparing(t -> t.id);

  final Map<String, ModelTask> tasks = new LinkedHashMap<>();
  private final Set<String> queues = new TreeSet<>();
  private final Set<String> paused = new TreeSet<>();
  final Map<String, ModelRun> runs = new LinkedHashMap<>();
  private final Function<String, Map<String, String>> stepIds;
  private final Map<String, Remembered> claims = new HashMap<>();
  private Instant now;
  private long nextPlace;

  private final Map<List<String>, Lane> aside = new HashMap<>();
  private final Set<ModelRun> touched = new LinkedHashSet<>();
  private @Nullable Instant lastReap;
  private Instant reapFrom = Instant.MIN;

  /** Ready tasks of a queue and type that a worker passed over. */
  private static final class Lane {
    final Set<String> ids = new TreeSet<>();

    /** Since when upkeep has seen no live worker for them. */
    @Nullable Instant unhandledSince;
  }

  /** The last claim of a worker. */
  private record Remembered(String claimId, List<Lease> leases) {}

  /**
   * @param stepIds the task ids of a run's steps by name, which are the store's to choose
   */
  ReferenceModel(Instant now, Function<String, Map<String, String>> stepIds) {
    this.now = now;
    this.stepIds = stepIds;
  }

  void advance(Duration time) {
    now = now.plus(time);
  }

  Instant now() {
    return now;
  }

  /** Every task in a line, for whoever has to understand a difference. */
  @Override
  public String toString() {
    return tasks.values().stream()
        .map(
            t ->
                String.join(
                    " ",
                    t.id,
                    t.state.name(),
                    t.spec.queue(),
                    t.spec.type(),
                    t.spec.priority() + "/" + t.place,
                    isAside(t) ? "aside" : "",
                    "start before " + t.spec.startBefore(),
                    "due " + t.dueAt,
                    "lease " + t.expiresAt))
        .collect(Collectors.joining("\n", "now " + now + "\n", ""));
  }

  private ModelTask require(String id) {
    ModelTask task = tasks.get(id);
    if (task == null) {
      throw new TaskNotFoundException(id);
    }
    return task;
  }

  private Stream<ModelTask> in(TaskState... states) {
    Set<TaskState> wanted = Set.of(states);
    return tasks.values().stream().filter(t -> wanted.contains(t.state));
  }

  private static List<String> lane(ModelTask task) {
    return List.of(task.spec.queue(), task.spec.type());
  }

  private boolean isAside(ModelTask task) {
    Lane lane = aside.get(lane(task));
    return lane != null && lane.ids.contains(task.id);
  }

  /** Every change of state of the model. */
  private void move(ModelTask task, TaskState to) {
    if (!task.state.canBecome(to)) {
      throw new AssertionError(task.id + " cannot move from " + task.state + " to " + to);
    }
    task.state = to;
    task.updatedAt = now;
    aside.values().forEach(lane -> lane.ids.remove(task.id));
    if (to != TaskState.RUNNING) {
      task.lease = null;
      task.expiresAt = null;
    }
  }

  private void makeReady(ModelTask task) {
    move(task, TaskState.PENDING);
    task.place = nextPlace++;
  }

  private void end(ModelTask task, TaskState state, @Nullable Reason reason) {
    move(task, state);
    task.reason = reason;
    if (task.step != null) {
      touched.add(runs.get(task.step.runId()));
    }
  }

  /** What follows for runs from the ends of their steps, once the call has ended them all. */
  private void finishRuns() {
    touched.forEach(this::progress);
    touched.clear();
  }

  private boolean isRunCancelled(ModelTask task) {
    return task.step != null && runs.get(task.step.runId()).cancelRequested;
  }

  private boolean endIfCancelled(ModelTask task) {
    if (isRunCancelled(task)) {
      end(task, TaskState.CANCELLED, Reason.RUN_CANCELLED);
    } else if (task.cancelRequested) {
      end(task, TaskState.CANCELLED, Reason.CANCELLED);
    }
    return task.state == TaskState.CANCELLED;
  }

  private void store(ModelTask task, @Nullable Instant due) {
    tasks.put(task.id, task);
    queues.add(task.spec.queue());
    admit(task, due);
  }

  private void admit(ModelTask task, @Nullable Instant due) {
    task.dueAt = due;
    if (due != null && due.isAfter(now)) {
      move(task, TaskState.SCHEDULED);
    } else {
      makeReady(task);
    }
  }

  private @Nullable Instant dueOf(TaskSpec spec) {
    Duration delay = spec.delay();
    if (delay != null) {
      return delay.isZero() ? null : now.plus(delay);
    }
    return spec.runAt();
  }

  @Override
  public TaskStore tasks() {
    return new Moves();
  }

  private final class Moves implements TaskStore {

    @Override
    public List<Enqueued> enqueue(List<NewTask> newTasks) {
      List<Enqueued> answers = new ArrayList<>();
      for (NewTask added : newTasks) {
        boolean isNew = !tasks.containsKey(added.id());
        if (isNew) {
          store(new ModelTask(added.id(), added.spec(), null, now), dueOf(added.spec()));
        }
        answers.add(new Enqueued(tasks.get(added.id()).seen(), isNew));
      }
      return answers;
    }

    @Override
    public Claim claim(ClaimRequest request) {
      Remembered last = claims.get(request.workerId());
      if (last == null || !last.claimId().equals(request.claimId())) {
        promoteDue(open(request));
        last = new Remembered(request.claimId(), take(request));
        finishRuns();
        if (!last.leases().isEmpty()) {
          claims.put(request.workerId(), last);
        }
      }
      List<Claim.Leased> held =
          last.leases().stream()
              .filter(lease -> tasks.containsKey(lease.taskId()))
              .filter(lease -> tasks.get(lease.taskId()).isHeldBy(lease))
              .map(this::leased)
              .toList();
      return new Claim(held, now, nextDue(open(request)));
    }

    private List<String> open(ClaimRequest request) {
      return request.queues().stream().filter(q -> !paused.contains(q)).toList();
    }

    private Claim.Leased leased(Lease lease) {
      ModelTask task = tasks.get(lease.taskId());
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
          if (isAside(task) && !handled) {
            continue;
          }
          if (isExpired(task)) {
            end(task, TaskState.CANCELLED, Reason.EXPIRED);
          } else if (handled) {
            start(task, request);
            taken.add(task);
          } else {
            aside.computeIfAbsent(lane(task), lane -> new Lane()).ids.add(task.id);
          }
        }
      }
      return taken;
    }

    private List<ModelTask> ready(String queue, Priority priority) {
      return in(TaskState.PENDING)
          .filter(t -> t.spec.queue().equals(queue) && t.spec.priority() == priority)
          .sorted(ORDER_OF_EXECUTION)
          .toList();
    }

    private boolean isExpired(ModelTask task) {
      Instant last = task.spec.startBefore();
      return last != null && now.isAfter(last);
    }

    private void start(ModelTask task, ClaimRequest request) {
      move(task, TaskState.RUNNING);
      task.lease = new Lease(task.id, task.generation, request.claimId());
      task.expiresAt = now.plus(request.lease());
      task.workerId = request.workerId();
      task.startedAt = now;
      task.attempt++;
      task.fence++;
      task.attempts.add(
          new Attempt(task.generation, task.attempt, request.workerId(), now, null, null));
    }

    @Override
    public List<Settled> settle(List<Settlement> settlements) {
      List<Settled> answers = settlements.stream().map(this::settleOne).toList();
      finishRuns();
      return answers;
    }

    private Settled settleOne(Settlement settlement) {
      ModelTask task = tasks.get(settlement.lease().taskId());
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
          task.endAttempt(now, null);
          task.result = succeeded.result().isNull() ? null : succeeded.result();
          end(task, TaskState.SUCCEEDED, null);
        }
        case Outcome.Retrying retrying -> {
          fail(task, retrying.error(), retrying.maxAttempts());
          if (!endIfCancelled(task)) {
            move(task, TaskState.RETRYING);
            task.dueAt = now.plus(retrying.delay());
          }
        }
        case Outcome.Failed failed -> {
          fail(task, failed.error(), failed.maxAttempts());
          if (!endIfCancelled(task)) {
            end(task, TaskState.FAILED, failed.reason());
          }
        }
        case Outcome.Released released -> {
          unspend(task);
          if (!endIfCancelled(task)) {
            move(task, TaskState.PENDING);
          }
        }
        case Outcome.Snoozed snoozed -> {
          unspend(task);
          if (!endIfCancelled(task)) {
            move(task, TaskState.SCHEDULED);
            task.dueAt = now.plus(snoozed.delay());
          }
        }
      }
    }

    private void fail(ModelTask task, TaskError error, int maxAttempts) {
      task.endAttempt(now, error);
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
      task.expiresAt = now.plus(lease);
      return task.cancelRequested || isRunCancelled(task)
          ? Heartbeat.CANCEL_REQUESTED
          : Heartbeat.HELD;
    }

    private @Nullable ModelTask held(Lease lease) {
      ModelTask task = tasks.get(lease.taskId());
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
      ModelTask task = require(id);
      switch (task.state) {
        case BLOCKED, SCHEDULED, PENDING, RETRYING ->
            end(task, TaskState.CANCELLED, Reason.CANCELLED);
        case RUNNING -> task.cancelRequested = true;
        case CANCELLED -> {}
        case SUCCEEDED, FAILED, SKIPPED -> throw new IllegalMoveException("cancel", id, task.state);
      }
      finishRuns();
      return task.seen();
    }

    @Override
    public Task retry(String id, String operation) {
      ModelTask task = require(id);
      if (operation.equals(task.retryOperation)) {
        return task.seen();
      }
      if (task.step != null
          || (task.state != TaskState.FAILED && task.state != TaskState.CANCELLED)) {
        throw new IllegalMoveException("retry", id, task.state);
      }
      task.retryOperation = operation;
      startOver(task);
      makeReady(task);
      return task.seen();
    }

    @Override
    public Task runNow(String id) {
      ModelTask task = require(id);
      switch (task.state) {
        case SCHEDULED, RETRYING -> makeReady(task);
        case PENDING -> {}
        case BLOCKED, RUNNING, SUCCEEDED, FAILED, CANCELLED, SKIPPED ->
            throw new IllegalMoveException("run", id, task.state);
      }
      return task.seen();
    }

    @Override
    public void delete(String id) {
      ModelTask task = require(id);
      if (task.step != null || !task.state.isFinal()) {
        throw new IllegalMoveException("delete", id, task.state);
      }
      tasks.remove(id);
    }
  }

  private static void startOver(ModelTask task) {
    task.generation++;
    task.attempt = 0;
    task.failures = 0;
    task.crashes = 0;
    task.cancelRequested = false;
    task.reason = null;
    task.dueAt = null;
    task.progress = null;
    task.result = null;
  }

  private int promoteDue(Collection<String> ofQueues) {
    List<ModelTask> due =
        in(TaskState.SCHEDULED, TaskState.RETRYING)
            .filter(t -> ofQueues.contains(t.spec.queue()))
            .filter(t -> !t.dueAt.isAfter(now))
            .sorted(BY_DUE_TIME)
            .toList();
    due.forEach(this::makeReady);
    return due.size();
  }

  private @Nullable Instant nextDue(Collection<String> ofQueues) {
    return in(TaskState.SCHEDULED, TaskState.RETRYING)
        .filter(t -> ofQueues.contains(t.spec.queue()))
        .map(t -> t.dueAt)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  @Override
  public TaskUpkeep upkeep() {
    return new Upkeep();
  }

  private final class Upkeep implements TaskUpkeep {

    @Override
    public Promoted promote(int partition) {
      int count = promoteDue(queues);
      return new Promoted(count, nextDue(queues), now);
    }

    @Override
    public Reaped reap(int partition, Duration grace) {
      Instant last = lastReap == null ? now : lastReap;
      lastReap = now;
      if (Duration.between(last, now).abs().compareTo(LONGEST_PAUSE_OF_REAPER) > 0) {
        reapFrom = now.plus(grace);
      } else if (reapFrom.isAfter(now.plus(grace))) {
        reapFrom = Instant.MIN;
      }
      if (now.isBefore(reapFrom)) {
        return new Reaped(0, 0, reapFrom);
      }
      int released = 0;
      int ended = 0;
      List<ModelTask> expired =
          in(TaskState.RUNNING)
              .filter(t -> !t.expiresAt.isAfter(now))
              .sorted(comparing((ModelTask t) -> t.expiresAt).thenComparing(t -> t.id))
              .toList();
      for (ModelTask task : expired) {
        task.endAttempt(
            now,
            TaskError.of("crash", "the worker was not heard of any more before its lease ended"));
        task.crashes++;
        if (endIfCancelled(task)) {
          ended++;
        } else if (task.crashes == MOST_CRASHES) {
          end(task, TaskState.FAILED, Reason.CRASH_LOOP);
          ended++;
        } else {
          move(task, TaskState.PENDING);
          released++;
        }
      }
      finishRuns();
      return new Reaped(released, ended, nextExpiry());
    }

    private @Nullable Instant nextExpiry() {
      return in(TaskState.RUNNING)
          .map(t -> t.expiresAt)
          .min(Comparator.naturalOrder())
          .orElse(null);
    }

    @Override
    public int prune(int partition, Duration ahead) {
      List<ModelTask> passed =
          tasks.values().stream()
              .filter(t -> t.state.isFinal() && t.step == null)
              .filter(t -> !keptUntil(t).isAfter(now.plus(ahead)))
              .toList();
      passed.forEach(t -> tasks.remove(t.id));
      return passed.size() + pruneRun(ahead);
    }

    /** One a call, the first that may go. */
    private int pruneRun(Duration ahead) {
      Optional<ModelRun> passed =
          runs.values().stream()
              .filter(r -> r.state.isFinal() && !keptUntil(r).isAfter(now.plus(ahead)))
              .min(comparing((ModelRun r) -> keptUntil(r)).thenComparing(r -> r.id));
      passed.ifPresent(
          run -> {
            runs.remove(run.id);
            run.steps.forEach(step -> tasks.remove(step.taskId()));
          });
      return passed.map(run -> run.steps.size()).orElse(0);
    }

    @Override
    public int failUnhandled(int partition, String queue, Set<String> liveTypes, Duration grace) {
      List<List<String>> lanes =
          aside.keySet().stream().filter(lane -> lane.getFirst().equals(queue)).toList();
      int failed = 0;
      for (List<String> key : lanes) {
        Lane lane = aside.get(key);
        if (lane.ids.isEmpty()) {
          aside.remove(key);
        } else if (liveTypes.contains(key.getLast())) {
          lane.unhandledSince = null;
        } else if (lane.unhandledSince == null) {
          lane.unhandledSince = now;
        } else if (!lane.unhandledSince.plus(grace).isAfter(now)) {
          failed += failLonger(lane, grace);
        }
      }
      finishRuns();
      return failed;
    }

    private int failLonger(Lane lane, Duration grace) {
      List<ModelTask> passed =
          lane.ids.stream()
              .map(tasks::get)
              .filter(t -> !t.updatedAt.plus(grace).isAfter(now))
              .toList();
      for (ModelTask task : passed) {
        task.attempts.add(
            new Attempt(
                task.generation,
                task.attempt,
                task.workerId == null ? "" : task.workerId,
                task.updatedAt,
                now,
                TaskError.of("no-handler", "no live worker of the queue handles the task's type")));
        end(task, TaskState.FAILED, Reason.NO_HANDLER);
      }
      return passed.size();
    }

    @Override
    public double memoryUsed(int partition) {
      return 0;
    }
  }

  private static Instant keptUntil(ModelTask task) {
    Duration own = task.spec.retention();
    if (own != null) {
      return task.updatedAt.plus(own);
    }
    return task.updatedAt.plus(task.state == TaskState.SUCCEEDED ? SUCCEEDED_KEPT : OTHERS_KEPT);
  }

  private static Instant keptUntil(ModelRun run) {
    return run.finishedAt.plus(run.state == RunState.SUCCEEDED ? SUCCEEDED_KEPT : OTHERS_KEPT);
  }

  @Override
  public QueueStore queues() {
    return new Queues();
  }

  private final class Queues implements QueueStore {

    @Override
    public List<QueueView> list() {
      return queues.stream().map(this::view).toList();
    }

    @Override
    public Optional<QueueView> find(String name) {
      return queues.contains(name) ? Optional.of(view(name)) : Optional.empty();
    }

    private QueueView view(String name) {
      Map<TaskState, Long> depth = new EnumMap<>(TaskState.class);
      for (TaskState state : TaskState.values()) {
        if (state != TaskState.BLOCKED) {
          depth.put(state, in(state).filter(t -> t.spec.queue().equals(name)).count());
        }
      }
      return new QueueView(name, paused.contains(name), depth, Map.of(), null);
    }

    @Override
    public void pause(String name) {
      queues.add(name);
      paused.add(name);
    }

    @Override
    public void resume(String name) {
      queues.add(name);
      paused.remove(name);
    }

    @Override
    public long purge(String name) {
      List<ModelTask> waiting =
          in(TaskState.PENDING, TaskState.SCHEDULED, TaskState.RETRYING)
              .filter(t -> t.spec.queue().equals(name))
              .toList();
      waiting.forEach(t -> end(t, TaskState.CANCELLED, Reason.PURGED));
      finishRuns();
      return waiting.size();
    }

    @Override
    public int repairSettings() {
      return 0;
    }
  }

  @Override
  public TaskQuery query() {
    return new Query();
  }

  private final class Query implements TaskQuery {

    @Override
    public Optional<Task> find(String id) {
      return Optional.ofNullable(tasks.get(id)).map(ModelTask::seen);
    }

    @Override
    public Map<String, TaskState> states(List<String> ids) {
      Map<String, TaskState> states = new HashMap<>();
      for (String id : ids) {
        if (tasks.containsKey(id)) {
          states.put(id, tasks.get(id).state);
        }
      }
      return states;
    }

    /** Of one state, in one page. */
    @Override
    public TaskPage list(TaskFilter filter) {
      TaskState state = filter.states().getFirst();
      List<Task> listed =
          in(state)
              .filter(t -> filter.queue() == null || filter.queue().equals(t.spec.queue()))
              .sorted(orderOf(state))
              .map(ModelTask::seen)
              .toList();
      return new TaskPage(listed, Optional.empty());
    }

    private static Comparator<ModelTask> orderOf(TaskState state) {
      return switch (state) {
        case PENDING -> ORDER_OF_EXECUTION;
        case SCHEDULED, RETRYING -> BY_DUE_TIME;
        case RUNNING -> comparing((ModelTask t) -> t.startedAt).thenComparing(t -> t.id);
        case SUCCEEDED, FAILED, CANCELLED, SKIPPED ->
            comparing((ModelTask t) -> t.updatedAt).thenComparing(t -> t.id).reversed();
        case BLOCKED -> throw new UnsupportedOperationException();
      };
    }

    @Override
    public Optional<Long> position(String id) {
      ModelTask task = tasks.get(id);
      if (task == null || task.state != TaskState.PENDING) {
        return Optional.empty();
      }
      return Optional.of(
          in(TaskState.PENDING)
              .filter(t -> t.spec.queue().equals(task.spec.queue()))
              .filter(t -> lane(t).equals(lane(task)) || !isAside(t))
              .filter(t -> ORDER_OF_EXECUTION.compare(t, task) < 0)
              .count());
    }
  }

  @Override
  public TaskLogs logs() {
    return (id, after, most) ->
        new TaskLogs.LogPage(tasks.containsKey(id) ? tasks.get(id).log : List.of(), 0);
  }

  @Override
  public Partitions partitions() {
    return new Partitions(1);
  }

  /** Decides every blocked step that can be, then the run itself. */
  private void progress(ModelRun run) {
    for (boolean moved = true; moved; ) {
      moved = false;
      for (ModelRun.ModelStep step : run.steps) {
        ModelTask task = tasks.get(step.taskId());
        if (task.state == TaskState.BLOCKED) {
          decide(task, step, states(upstream(run, step)));
          moved |= task.state != TaskState.BLOCKED;
        }
      }
    }
    RunState state = Progression.runState(states(all(run)));
    if (run.state == RunState.RUNNING && state != RunState.RUNNING) {
      run.state = state;
      run.finishedAt = now;
    }
  }

  private void decide(ModelTask task, ModelRun.ModelStep step, List<TaskState> upstream) {
    switch (Progression.decide(Join.ALL_SUCCEEDED, upstream)) {
      case WAIT -> {}
      case RUN -> admit(task, dueOf(step.spec()));
      case SKIP -> move(task, TaskState.SKIPPED);
      case CANCEL -> {
        move(task, TaskState.CANCELLED);
        task.reason = Reason.UPSTREAM_FAILED;
      }
    }
  }

  private static List<TaskState> states(Stream<ModelTask> some) {
    return some.map(t -> t.state).toList();
  }

  private Stream<ModelTask> all(ModelRun run) {
    return run.steps.stream().map(s -> tasks.get(s.taskId()));
  }

  private Stream<ModelTask> upstream(ModelRun run, ModelRun.ModelStep step) {
    return run.steps.stream()
        .filter(s -> step.dependencies().contains(s.name()))
        .map(s -> tasks.get(s.taskId()));
  }

  @Override
  public RunStore runs() {
    return new Runs();
  }

  private final class Runs implements RunStore {

    @Override
    public void start(NewRun started) {
      if (runs.containsKey(started.id())) {
        return;
      }
      ModelRun run = new ModelRun(started, stepIds.apply(started.id()), now);
      runs.put(run.id, run);
      for (ModelRun.ModelStep step : run.steps) {
        ModelTask task = new ModelTask(step.taskId(), step.spec(), step.link(), now);
        tasks.put(task.id, task);
        queues.add(task.spec.queue());
      }
      progress(run);
    }

    private ModelRun requireRun(String id) {
      ModelRun run = runs.get(id);
      if (run == null) {
        throw new TaskNotFoundException(id);
      }
      return run;
    }

    @Override
    public Optional<Run> find(String id) {
      return Optional.ofNullable(runs.get(id)).map(run -> run.seen(tasks));
    }

    @Override
    public Run cancel(String id) {
      ModelRun run = requireRun(id);
      if (run.state != RunState.RUNNING && run.state != RunState.CANCELLED) {
        throw new IllegalRunMoveException("cancel", id, run.state);
      }
      if (run.state == RunState.RUNNING) {
        run.cancelRequested = true;
        for (ModelRun.ModelStep step : run.steps) {
          ModelTask task = tasks.get(step.taskId());
          if (task.state == TaskState.RUNNING) {
            task.cancelRequested = true;
          } else if (!task.state.isFinal()) {
            move(task, TaskState.CANCELLED);
            task.reason = Reason.RUN_CANCELLED;
          }
        }
        progress(run);
      }
      return run.seen(tasks);
    }

    @Override
    public Run retry(String id, String operation) {
      ModelRun run = requireRun(id);
      if (operation.equals(run.retryOperation)) {
        return run.seen(tasks);
      }
      if (run.state != RunState.FAILED && run.state != RunState.CANCELLED) {
        throw new IllegalRunMoveException("retry", id, run.state);
      }
      run.retryOperation = operation;
      run.state = RunState.RUNNING;
      run.finishedAt = null;
      run.cancelRequested = false;
      for (ModelRun.ModelStep step : run.steps) {
        ModelTask task = tasks.get(step.taskId());
        if (task.state != TaskState.SUCCEEDED) {
          startOver(task);
          // what had been released before is not delayed again
          if (upstream(run, step).allMatch(t -> t.state == TaskState.SUCCEEDED)) {
            makeReady(task);
          } else {
            move(task, TaskState.BLOCKED);
          }
        }
      }
      return run.seen(tasks);
    }

    @Override
    public int advance(int partition) {
      return 0;
    }

    @Override
    public RunPage list(RunFilter filter) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StepInput input(String runId, Map<String, String> upstream) {
      throw new UnsupportedOperationException();
    }
  }

  @Override
  public WorkerRegistry workers() {
    throw new UnsupportedOperationException();
  }

  @Override
  public IdempotencyStore idempotency() {
    throw new UnsupportedOperationException();
  }

  @Override
  public EventLog events() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Hints hints() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void ping() {}

  @Override
  public void close() {}
}
