package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunDiff;
import io.taskorch.workflow.RunGraph;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Two runs, step by step. */
@Schema(name = "WorkflowDiff")
record RunDiffView(Side from, Side to, boolean inputDiffers, List<Step> steps) {

  /** A run. */
  @Schema(name = "WorkflowDiffRun")
  record Side(String id, String name, @Nullable Integer version, RunState state) {
    static Side of(Run run) {
      return new Side(run.id(), run.name(), run.version(), run.state());
    }
  }

  /**
   * A step of one run or of both.
   *
   * @param differences out of state, reason, attempt, dependencies, result
   */
  @Schema(name = "WorkflowDiffStep")
  record Step(
      String name, @Nullable StepSide from, @Nullable StepSide to, List<String> differences) {

    static Step of(RunDiff.StepDiff step, Instant now) {
      return new Step(
          step.name(),
          StepSide.of(step.from(), now),
          StepSide.of(step.to(), now),
          step.differences().stream().map(d -> d.name().toLowerCase(Locale.ROOT)).toList());
    }
  }

  /**
   * A step in one of the runs.
   *
   * @param id its task's
   * @param duration of its last attempt, until its end or now
   */
  @Schema(name = "WorkflowDiffStepSide")
  record StepSide(
      String id,
      TaskState state,
      int attempt,
      @Nullable String reason,
      @Schema(implementation = String.class, example = "1500ms") @Nullable Duration duration) {

    static @Nullable StepSide of(Run.@Nullable StepStatus step, Instant now) {
      return step == null
          ? null
          : new StepSide(
              step.taskId(),
              step.state(),
              step.attempt(),
              step.reason() == null ? null : step.reason().word(),
              RunGraph.duration(step, now));
    }
  }

  static RunDiffView of(RunDiff diff, Instant now) {
    return new RunDiffView(
        Side.of(diff.from()),
        Side.of(diff.to()),
        diff.inputDiffers(),
        diff.steps().stream().map(step -> Step.of(step, now)).toList());
  }
}
