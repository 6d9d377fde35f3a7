package io.taskorch.testing.model;

import static java.util.Comparator.comparing;

import io.taskorch.store.Demand;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.task.Attempt;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The moves that time makes. */
final class ModelTaskUpkeep implements TaskUpkeep {

  private static final Duration SUCCEEDED_KEPT = Duration.ofHours(24);
  private static final Duration OTHERS_KEPT = Duration.ofDays(30);
  private static final Duration LONGEST_PAUSE_OF_REAPER = Duration.ofSeconds(5);
  private static final int MOST_CRASHES = 3;

  private final ModelPartition model;
  private @Nullable Instant lastReap;
  private Instant reapFrom = Instant.MIN;

  ModelTaskUpkeep(ModelPartition model) {
    this.model = model;
  }

  @Override
  public Promoted promote(int partition) {
    int count = model.promoteDue(model.queues);
    return new Promoted(count, model.nextDue(model.queues), model.now);
  }

  @Override
  public Reaped reap(int partition, Duration grace) {
    Instant last = lastReap == null ? model.now : lastReap;
    lastReap = model.now;
    if (Duration.between(last, model.now).abs().compareTo(LONGEST_PAUSE_OF_REAPER) > 0) {
      reapFrom = model.now.plus(grace);
    } else if (reapFrom.isAfter(model.now.plus(grace))) {
      reapFrom = Instant.MIN;
    }
    if (model.now.isBefore(reapFrom)) {
      return new Reaped(0, 0, false);
    }
    int released = 0;
    int ended = 0;
    List<ModelTask> expired =
        model
            .in(TaskState.RUNNING)
            .filter(t -> !t.expiresAt.isAfter(model.now))
            .sorted(comparing((ModelTask t) -> t.expiresAt).thenComparing(t -> t.id))
            .toList();
    for (ModelTask task : expired) {
      task.endAttempt(
          model.now,
          TaskError.of("crash", "the worker was not heard of any more before its lease ended"));
      task.crashes++;
      if (model.endIfCancelled(task)) {
        ended++;
      } else if (task.crashes == MOST_CRASHES) {
        model.end(task, TaskState.FAILED, Reason.CRASH_LOOP);
        ended++;
      } else {
        model.move(task, TaskState.PENDING);
        released++;
      }
    }
    model.finishRuns();
    return new Reaped(released, ended, false);
  }

  @Override
  public int prune(int partition, Duration ahead) {
    List<ModelTask> passed =
        model.tasks.values().stream()
            .filter(t -> t.state.isFinal() && t.step == null)
            .filter(t -> !keptUntil(t).isAfter(model.now.plus(ahead)))
            .toList();
    passed.forEach(t -> model.tasks.remove(t.id));
    return passed.size() + pruneRun(ahead);
  }

  /** One a call, the first that may go. */
  private int pruneRun(Duration ahead) {
    Optional<ModelRun> passed =
        model.runs.values().stream()
            .filter(r -> r.state.isFinal() && !keptUntil(r).isAfter(model.now.plus(ahead)))
            .min(comparing((ModelRun r) -> keptUntil(r)).thenComparing(r -> r.id));
    passed.ifPresent(
        run -> {
          model.runs.remove(run.id);
          run.steps.forEach(step -> model.tasks.remove(step.taskId()));
        });
    return passed.map(run -> run.steps.size()).orElse(0);
  }

  @Override
  public int failUnhandled(int partition, String queue, Predicate<Demand> handled, Duration grace) {
    List<List<String>> lanes =
        model.aside.keySet().stream().filter(lane -> lane.getFirst().equals(queue)).toList();
    int failed = 0;
    for (List<String> key : lanes) {
      ModelPartition.Lane lane = model.aside.get(key);
      if (lane.ids.isEmpty()) {
        model.aside.remove(key);
      } else if (handled.test(new Demand(key.getLast(), List.of(), 1))) {
        lane.unhandledSince = null;
      } else if (lane.unhandledSince == null) {
        lane.unhandledSince = model.now;
      } else if (!lane.unhandledSince.plus(grace).isAfter(model.now)) {
        failed += failLonger(lane, grace);
      }
    }
    model.finishRuns();
    return failed;
  }

  private int failLonger(ModelPartition.Lane lane, Duration grace) {
    List<ModelTask> passed =
        lane.ids.stream()
            .map(model.tasks::get)
            .filter(t -> !t.updatedAt.plus(grace).isAfter(model.now))
            .toList();
    for (ModelTask task : passed) {
      task.attempts.add(
          new Attempt(
              task.generation,
              task.attempt,
              task.workerId == null ? "" : task.workerId,
              task.updatedAt,
              model.now,
              TaskError.of("no-handler", "no live worker of the queue handles the task's type")));
      model.end(task, TaskState.FAILED, Reason.NO_HANDLER);
    }
    return passed.size();
  }

  @Override
  public double memoryUsed(int partition) {
    return 0;
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
}
