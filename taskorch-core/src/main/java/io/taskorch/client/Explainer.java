package io.taskorch.client;

import io.taskorch.client.Explanation.Awaits;
import io.taskorch.client.Explanation.Behind;
import io.taskorch.client.Explanation.BehindGroups;
import io.taskorch.client.Explanation.Cause;
import io.taskorch.client.Explanation.ConcurrencyFull;
import io.taskorch.client.Explanation.DueLater;
import io.taskorch.client.Explanation.Ended;
import io.taskorch.client.Explanation.GroupPaused;
import io.taskorch.client.Explanation.NoHandler;
import io.taskorch.client.Explanation.NoLabels;
import io.taskorch.client.Explanation.NoWorker;
import io.taskorch.client.Explanation.QueuePaused;
import io.taskorch.client.Explanation.RateUsedUp;
import io.taskorch.client.Explanation.RetryLater;
import io.taskorch.client.Explanation.Running;
import io.taskorch.client.Explanation.SlowedDown;
import io.taskorch.client.Explanation.TooFewFree;
import io.taskorch.client.Explanation.TooFewSlots;
import io.taskorch.client.Explanation.WaitsFor;
import io.taskorch.client.Explanation.WaitsForOthers;
import io.taskorch.client.Explanation.WaitsForTurn;
import io.taskorch.client.Explanation.WorkersBusy;
import io.taskorch.client.Explanation.WorkersDraining;
import io.taskorch.store.Demand;
import io.taskorch.store.Obstacles;
import io.taskorch.store.Obstacles.Closed;
import io.taskorch.store.Obstacles.Full;
import io.taskorch.store.Obstacles.Paused;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.store.WorkerRegistry.WorkerState;
import io.taskorch.task.RateLimitedException.Scope;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out why a task does not run now, from several reads that need not be of one moment. */
final class Explainer {

  private final Stores stores;
  private final InstantSource clock;

  Explainer(Stores stores, InstantSource clock) {
    this.stores = stores;
    this.clock = clock;
  }

  Explanation explain(Task task) {
    List<Cause> causes = new ArrayList<>();
    switch (task.state()) {
      case BLOCKED -> causes.add(blocked(task));
      case SCHEDULED, RETRYING, PENDING -> addHindrances(task, causes);
      case RUNNING -> causes.add(new Running(task.workerId(), task.cancelRequested()));
      case SUCCEEDED, FAILED, CANCELLED, SKIPPED ->
          causes.add(new Ended(task.state(), task.reason()));
    }
    Instant estimate = estimate(task, causes);
    addTime(task, causes);
    return new Explanation(task.id(), task.state(), causes, estimate);
  }

  private Cause blocked(Task task) {
    StepLink link = task.step();
    String awaited = link == null ? null : link.waitingFor();
    return awaited == null ? new WaitsFor(unfinishedUpstream(task)) : new Awaits(awaited);
  }

  private List<String> unfinishedUpstream(Task task) {
    StepLink link = task.step();
    Optional<Run> run = link == null ? Optional.empty() : stores.runs().find(link.runId());
    if (link == null || run.isEmpty()) {
      return List.of();
    }
    List<StepStatus> steps = run.get().steps();
    Set<String> upstream = new HashSet<>();
    for (StepStatus step : steps) {
      if (step.name().equals(link.name())) {
        upstream.addAll(step.dependencies());
      }
    }
    return steps.stream()
        .filter(step -> upstream.contains(step.name()) && !step.state().isFinal())
        .map(StepStatus::name)
        .toList();
  }

  /** What will stand in its way even when it is due. */
  private void addHindrances(Task task, List<Cause> causes) {
    String queue = task.spec().queue();
    if (stores.queues().find(queue).map(QueueView::paused).orElse(false)) {
      causes.add(new QueuePaused(queue));
    }
    addWorkers(queue, Demand.of(task.spec()), causes);
    Obstacles obstacles = stores.limits().obstacles(task.id());
    addGates(task, obstacles.gates(), causes);
    if (obstacles.turn() != null) {
      causes.add(new WaitsForTurn(obstacles.turn().holder(), obstacles.turn().before()));
      // Where it will stand then is not decided.
      return;
    }
    if (obstacles.waitsForOthers() != null) {
      causes.add(new WaitsForOthers(obstacles.waitsForOthers()));
    }
    if (obstacles.groupsBefore() > 0) {
      causes.add(new BehindGroups(queue, task.spec().flow().group(), obstacles.groupsBefore()));
    }
    stores
        .query()
        .position(task.id())
        .filter(before -> before > 0)
        .ifPresent(before -> causes.add(new Behind(queue, before)));
  }

  private void addWorkers(String queue, Demand demand, List<Cause> causes) {
    List<RegisteredWorker> ofQueue =
        stores.workers().list().stream()
            .filter(worker -> worker.live() && worker.info().queues().contains(queue))
            .toList();
    List<RegisteredWorker> able =
        ofQueue.stream().filter(worker -> demand.isMetBy(worker.info())).toList();
    List<WorkerInfo> claiming =
        able.stream()
            .filter(worker -> worker.state() == WorkerState.ACTIVE)
            .map(RegisteredWorker::info)
            .toList();
    if (ofQueue.isEmpty()) {
      causes.add(new NoWorker(queue));
    } else if (able.isEmpty()) {
      causes.add(missing(queue, demand, ofQueue));
    } else if (claiming.isEmpty()) {
      causes.add(new WorkersDraining(queue));
    } else if (claiming.stream().allMatch(worker -> worker.busy() >= worker.slots())) {
      causes.add(new WorkersBusy(claiming.stream().mapToInt(WorkerInfo::slots).sum()));
    } else if (claiming.stream()
        .allMatch(worker -> worker.slots() - worker.busy() < demand.slots())) {
      causes.add(new TooFewFree(demand.slots()));
    }
  }

  /** What none of a queue's workers has: a handler, else the labels too, else the slots too. */
  private static Cause missing(String queue, Demand demand, List<RegisteredWorker> ofQueue) {
    List<WorkerInfo> handling =
        ofQueue.stream()
            .map(RegisteredWorker::info)
            .filter(worker -> worker.types().contains(demand.type()))
            .toList();
    if (handling.isEmpty()) {
      return new NoHandler(queue, demand.type());
    }
    return handling.stream()
        .filter(worker -> worker.labels().containsAll(demand.requires()))
        .map(WorkerInfo::slots)
        .max(Comparator.naturalOrder())
        .<Cause>map(most -> new TooFewSlots(queue, demand.slots(), most))
        .orElseGet(() -> new NoLabels(queue, demand.type(), demand.requires()));
  }

  private static void addGates(Task task, List<Obstacles.Gate> gates, List<Cause> causes) {
    Instant due = Objects.requireNonNullElse(task.dueAt(), Instant.MIN);
    for (Obstacles.Gate gate : gates) {
      String what = nameOf(gate.scope(), task.spec());
      switch (gate) {
        case Full full ->
            causes.add(new ConcurrencyFull(what, full.most(), full.running(), full.oldest()));
        case Obstacles.RateUsedUp rate -> {
          if (rate.until().isAfter(due)) {
            causes.add(new RateUsedUp(what, rate.until()));
          }
        }
        case Closed closed -> {
          if (closed.until().isAfter(due)) {
            causes.add(new SlowedDown(what, closed.until()));
          }
        }
        case Paused paused ->
            causes.add(
                new GroupPaused(task.spec().queue(), String.valueOf(task.spec().flow().group())));
      }
    }
  }

  private static String nameOf(Scope scope, TaskSpec spec) {
    String queue = "queue " + spec.queue();
    return switch (scope) {
      case QUEUE -> queue;
      case GROUP -> "group " + spec.flow().group() + " of " + queue;
      case LIMIT -> "limit " + spec.flow().limit();
      case TYPE -> "type " + spec.type() + " of " + queue;
      case TASK -> throw new IllegalArgumentException("a task alone has no gate");
    };
  }

  private @Nullable Instant estimate(Task task, List<Cause> hindrances) {
    return switch (task.state()) {
      case PENDING -> latest(clock.instant(), hindrances);
      case SCHEDULED, RETRYING -> latest(task.dueAt(), hindrances);
      case RUNNING -> task.startedAt();
      case BLOCKED, SUCCEEDED, FAILED, CANCELLED, SKIPPED -> null;
    };
  }

  /** Null unless all that is in the way has a time at which it is gone. */
  private static @Nullable Instant latest(@Nullable Instant from, List<Cause> hindrances) {
    Instant latest = from;
    for (Cause hindrance : hindrances) {
      Instant until = hindrance.until();
      if (until == null || latest == null) {
        return null;
      }
      latest = until.isAfter(latest) ? until : latest;
    }
    return latest;
  }

  private static void addTime(Task task, List<Cause> causes) {
    Instant due = task.dueAt();
    if (due == null) {
      return;
    }
    switch (task.state()) {
      case SCHEDULED -> causes.addFirst(new DueLater(due));
      case RETRYING -> causes.addFirst(new RetryLater(due, task.failures(), task.maxAttempts()));
      case BLOCKED, PENDING, RUNNING, SUCCEEDED, FAILED, CANCELLED, SKIPPED -> {}
    }
  }
}
