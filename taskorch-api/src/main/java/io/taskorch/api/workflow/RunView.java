package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.Json;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workflow run as it is read back; lists leave out the steps.
 *
 * @param version of the stored definition; null when the definition came with the run
 */
@Schema(name = "WorkflowRun")
public record RunView(
    String id,
    String name,
    @Nullable Integer version,
    RunState state,
    @Schema(implementation = Object.class) Json input,
    Instant createdAt,
    @Nullable Instant finishedAt,
    boolean cancelRequested,
    @Nullable ParentView parent,
    @Schema(description = "the run that undoes what this one did") @Nullable String compensationId,
    @Nullable List<StepView> steps) {

  /**
   * What began a run.
   *
   * @param step null when the run undoes what the other did
   */
  @Schema(name = "ParentStep")
  record ParentView(String runId, @Nullable String step) {

    static @Nullable ParentView of(Run.@Nullable Parent parent) {
      return parent == null ? null : new ParentView(parent.runId(), parent.step());
    }
  }

  /**
   * A step of a run.
   *
   * @param id its task's
   */
  @Schema(name = "WorkflowStep")
  record StepView(
      String name,
      @Schema(allowableValues = {"task", "wait", "signal", "approval", "workflow"}) String kind,
      TaskState state,
      String id,
      List<String> dependencies,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable String reason,
      @Schema(description = "the run that it began") @Nullable String runId,
      @Schema(
              description =
                  "while it waits for what no worker ends: time, approval, signal:NAME,"
                      + " workflow:NAME or elements",
              example = "signal:go")
          @Nullable String waitingFor) {

    static StepView of(Run.StepStatus step) {
      return new StepView(
          step.name(),
          step.kind().word(),
          step.state(),
          step.taskId(),
          step.dependencies(),
          step.attempt(),
          step.startedAt(),
          step.finishedAt(),
          step.reason() == null ? null : step.reason().word(),
          step.runId(),
          step.waitingFor());
    }
  }

  public static RunView of(Run run) {
    return of(run, run.steps().stream().map(StepView::of).toList());
  }

  static RunView row(Run run) {
    return of(run, null);
  }

  private static RunView of(Run run, @Nullable List<StepView> steps) {
    return new RunView(
        run.id(),
        run.name(),
        run.version(),
        run.state(),
        run.input(),
        run.createdAt(),
        run.finishedAt(),
        run.cancelRequested(),
        ParentView.of(run.parent()),
        run.compensationId(),
        steps);
  }
}
