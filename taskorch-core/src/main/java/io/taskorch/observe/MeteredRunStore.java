package io.taskorch.observe;

import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts the steps of a run as tasks. */
final class MeteredRunStore implements RunStore {

  private final RunStore runs;
  private final TaskMeters meters;

  MeteredRunStore(RunStore runs, TaskMeters meters) {
    this.runs = runs;
    this.meters = meters;
  }

  @Override
  public void start(NewRun run) {
    runs.start(run);
    for (Step step : run.definition().steps()) {
      TaskSpec spec = step.task();
      meters.of(spec.queue(), spec.type()).created();
    }
  }

  @Override
  public Optional<Run> find(String id) {
    return runs.find(id);
  }

  @Override
  public Map<String, RunState> states(List<String> ids) {
    return runs.states(ids);
  }

  @Override
  public RunPage list(RunFilter filter) {
    return runs.list(filter);
  }

  @Override
  public Run cancel(String id, String actor) {
    return runs.cancel(id, actor);
  }

  @Override
  public Run retry(String id, String actor, String operation) {
    return runs.retry(id, actor, operation);
  }

  @Override
  public void signal(String id, String name, Json payload, String actor, String operation) {
    runs.signal(id, name, payload, actor, operation);
  }

  @Override
  public Run act(String id, StepAction action, String actor, String operation) {
    return runs.act(id, action, actor, operation);
  }

  @Override
  public WorkflowDefinition definition(String id) {
    return runs.definition(id);
  }

  @Override
  public StepInput input(String runId, Map<String, String> upstream) {
    return runs.input(runId, upstream);
  }

  @Override
  public Advanced advance(int partition) {
    return runs.advance(partition);
  }
}
