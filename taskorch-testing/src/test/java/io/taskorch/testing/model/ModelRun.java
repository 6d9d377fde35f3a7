package io.taskorch.testing.model;

import io.taskorch.store.NewRun;
import io.taskorch.task.Json;
import io.taskorch.task.StepLink;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run of the model. Which steps are free follows from the states of their tasks alone. */
final class ModelRun {
  final String id;
  final String name;
  final @Nullable Integer version;
  final Json input;
  final Instant createdAt;
  final List<ModelStep> steps = new ArrayList<>();

  RunState state = RunState.RUNNING;
  @Nullable Instant finishedAt;
  boolean cancelRequested;
  @Nullable String retryOperation;

  record ModelStep(
      String name, String taskId, List<String> dependencies, TaskSpec spec, StepLink link) {}

  ModelRun(NewRun started, Map<String, String> taskIds, Instant now) {
    this.id = started.id();
    this.name = started.definition().name();
    this.version = started.version();
    this.input = started.input();
    this.createdAt = now;
    for (Step step : started.definition().steps()) {
      StepLink link = new StepLink(id, steps.size(), step.name(), Map.of(), false);
      steps.add(
          new ModelStep(
              step.name(), taskIds.get(step.name()), step.dependencies(), step.task(), link));
    }
  }

  Run seen(Map<String, ModelTask> tasks) {
    return new Run(
        id,
        name,
        version,
        state,
        input,
        createdAt,
        finishedAt,
        cancelRequested,
        null,
        null,
        steps.stream().map(step -> seen(step, tasks.get(step.taskId()))).toList());
  }

  private static Run.StepStatus seen(ModelStep step, ModelTask task) {
    return new Run.StepStatus(
        step.name(),
        Kind.TASK,
        Join.ALL_SUCCEEDED,
        task.state,
        step.taskId(),
        step.dependencies(),
        task.attempt,
        task.startedAt,
        task.state.isFinal() ? task.updatedAt : null,
        task.reason,
        null,
        null);
  }
}
