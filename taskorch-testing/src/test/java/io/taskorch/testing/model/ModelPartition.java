package io.taskorch.testing.model;

import static java.util.Comparator.comparing;

import io.taskorch.task.Reason;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Progression;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tasks and runs of a partition, and the moves that the ports have in common. */
final class ModelPartition {

  static final Comparator<ModelTask> ORDER_OF_EXECUTION =
      comparing((ModelTask t) -> t.spec.priority()).thenComparing(t -> t.place);
  static final Comparator<ModelTask> BY_DUE_TIME =
      comparing((ModelTask t) -> t.dueAt).thenComparing(t -> t.id);

  final Map<String, ModelTask> tasks = new LinkedHashMap<>();
  final Set<String> queues = new TreeSet<>();
  final Set<String> paused = new TreeSet<>();
  final Map<String, ModelRun> runs = new LinkedHashMap<>();
  final Function<String, Map<String, String>> stepIds;
  Instant now;
  private long nextPlace;

  final Map<List<String>, Lane> aside = new HashMap<>();
  private final Set<ModelRun> touched = new LinkedHashSet<>();

  /** Ready tasks of a queue and type that a worker passed over. */
  static final class Lane {
    final Set<String> ids = new TreeSet<>();

    /** Since when upkeep has seen no live worker for them. */
    @Nullable Instant unhandledSince;
  }

  /**
   * @param stepIds the task ids of a run's steps by name, which are the store's to choose
   */
  ModelPartition(Instant now, Function<String, Map<String, String>> stepIds) {
    this.now = now;
    this.stepIds = stepIds;
  }

  void advance(Duration time) {
    now = now.plus(time);
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

  ModelTask require(String id) {
    ModelTask task = tasks.get(id);
    if (task == null) {
      throw new TaskNotFoundException(id);
    }
    return task;
  }

  Stream<ModelTask> in(TaskState... states) {
    Set<TaskState> wanted = Set.of(states);
    return tasks.values().stream().filter(t -> wanted.contains(t.state));
  }

  static List<String> lane(ModelTask task) {
    return List.of(task.spec.queue(), task.spec.type());
  }

  boolean isAside(ModelTask task) {
    Lane lane = aside.get(lane(task));
    return lane != null && lane.ids.contains(task.id);
  }

  /** Every change of state of the model. */
  void move(ModelTask task, TaskState to) {
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

  void makeReady(ModelTask task) {
    move(task, TaskState.PENDING);
    task.place = nextPlace++;
  }

  void end(ModelTask task, TaskState state, @Nullable Reason reason) {
    move(task, state);
    task.reason = reason;
    if (task.step != null) {
      touched.add(runs.get(task.step.runId()));
    }
  }

  /** What follows for runs from the ends of their steps, once the call has ended them all. */
  void finishRuns() {
    touched.forEach(this::advance);
    touched.clear();
  }

  boolean isRunCancelled(ModelTask task) {
    return task.step != null && runs.get(task.step.runId()).cancelRequested;
  }

  boolean endIfCancelled(ModelTask task) {
    if (isRunCancelled(task)) {
      end(task, TaskState.CANCELLED, Reason.RUN_CANCELLED);
    } else if (task.cancelRequested) {
      end(task, TaskState.CANCELLED, Reason.CANCELLED);
    }
    return task.state == TaskState.CANCELLED;
  }

  void store(ModelTask task, @Nullable Instant due) {
    tasks.put(task.id, task);
    queues.add(task.spec.queue());
    admit(task, due);
  }

  void admit(ModelTask task, @Nullable Instant due) {
    task.dueAt = due;
    if (due != null && due.isAfter(now)) {
      move(task, TaskState.SCHEDULED);
    } else {
      makeReady(task);
    }
  }

  @Nullable Instant dueOf(TaskSpec spec) {
    Duration delay = spec.delay();
    if (delay != null) {
      return delay.isZero() ? null : now.plus(delay);
    }
    return spec.runAt();
  }

  static void startOver(ModelTask task) {
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

  int promoteDue(Collection<String> ofQueues) {
    List<ModelTask> due =
        in(TaskState.SCHEDULED, TaskState.RETRYING)
            .filter(t -> ofQueues.contains(t.spec.queue()))
            .filter(t -> !t.dueAt.isAfter(now))
            .sorted(BY_DUE_TIME)
            .toList();
    due.forEach(this::makeReady);
    return due.size();
  }

  @Nullable Instant nextDue(Collection<String> ofQueues) {
    return in(TaskState.SCHEDULED, TaskState.RETRYING)
        .filter(t -> ofQueues.contains(t.spec.queue()))
        .map(t -> t.dueAt)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  /** Decides every blocked step that can be, then the run itself. */
  void advance(ModelRun run) {
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

  Stream<ModelTask> upstream(ModelRun run, ModelRun.ModelStep step) {
    return run.steps.stream()
        .filter(s -> step.dependencies().contains(s.name()))
        .map(s -> tasks.get(s.taskId()));
  }
}
