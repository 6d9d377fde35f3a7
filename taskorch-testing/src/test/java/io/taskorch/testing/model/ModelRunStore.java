package io.taskorch.testing.model;

import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore;
import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.Map;
import java.util.Optional;

/** The moves and reads of runs. */
final class ModelRunStore implements RunStore {
  private final ModelPartition model;

  ModelRunStore(ModelPartition model) {
    this.model = model;
  }

  @Override
  public void start(NewRun started) {
    if (model.runs.containsKey(started.id())) {
      return;
    }
    ModelRun run = new ModelRun(started, model.stepIds.apply(started.id()), model.now);
    model.runs.put(run.id, run);
    for (ModelRun.ModelStep step : run.steps) {
      ModelTask task = new ModelTask(step.taskId(), step.spec(), step.link(), model.now);
      model.tasks.put(task.id, task);
      model.queues.add(task.spec.queue());
    }
    model.advance(run);
  }

  private ModelRun requireRun(String id) {
    ModelRun run = model.runs.get(id);
    if (run == null) {
      throw new TaskNotFoundException(id);
    }
    return run;
  }

  @Override
  public Optional<Run> find(String id) {
    return Optional.ofNullable(model.runs.get(id)).map(run -> run.seen(model.tasks));
  }

  @Override
  public Run cancel(String id, String actor) {
    ModelRun run = requireRun(id);
    if (run.state != RunState.RUNNING && run.state != RunState.CANCELLED) {
      throw new IllegalRunMoveException("cancel", id, run.state);
    }
    if (run.state == RunState.RUNNING) {
      run.cancelRequested = true;
      for (ModelRun.ModelStep step : run.steps) {
        ModelTask task = model.tasks.get(step.taskId());
        if (task.state == TaskState.RUNNING) {
          task.cancelRequested = true;
        } else if (!task.state.isFinal()) {
          model.move(task, TaskState.CANCELLED);
          task.reason = Reason.RUN_CANCELLED;
        }
      }
      model.advance(run);
    }
    return run.seen(model.tasks);
  }

  @Override
  public Run retry(String id, String actor, String operation) {
    ModelRun run = requireRun(id);
    if (operation.equals(run.retryOperation)) {
      return run.seen(model.tasks);
    }
    if (run.state != RunState.FAILED && run.state != RunState.CANCELLED) {
      throw new IllegalRunMoveException("retry", id, run.state);
    }
    run.retryOperation = operation;
    run.state = RunState.RUNNING;
    run.finishedAt = null;
    run.cancelRequested = false;
    for (ModelRun.ModelStep step : run.steps) {
      ModelTask task = model.tasks.get(step.taskId());
      if (task.state != TaskState.SUCCEEDED) {
        ModelPartition.startOver(task);
        // what had been released before is not delayed again
        if (model.upstream(run, step).allMatch(t -> t.state == TaskState.SUCCEEDED)) {
          model.makeReady(task);
        } else {
          model.move(task, TaskState.BLOCKED);
        }
      }
    }
    return run.seen(model.tasks);
  }

  @Override
  public Advanced advance(int partition) {
    return new Advanced(false, null, model.now);
  }

  @Override
  public void signal(String id, String name, Json payload, String actor, String operation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Run act(String id, StepAction action, String actor, String operation) {
    throw new UnsupportedOperationException();
  }

  @Override
  public WorkflowDefinition definition(String id) {
    throw new UnsupportedOperationException();
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
