package io.taskorch.workflow;

import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a workflow.
 *
 * @param version of the stored definition; null when the definition came with the run
 * @param finishedAt null while it runs
 * @param parent the step of another run that began this one; null for one that somebody started
 * @param compensationId the run that undoes what this one did; null for none
 * @param steps in topological order; empty in lists
 */
public record Run(
    String id,
    String name,
    @Nullable Integer version,
    RunState state,
    Json input,
    Instant createdAt,
    @Nullable Instant finishedAt,
    boolean cancelRequested,
    @Nullable Parent parent,
    @Nullable String compensationId,
    List<StepStatus> steps) {

  public Run {
    steps = List.copyOf(steps);
  }

  /**
   * What began a run.
   *
   * @param step its name; null when the run undoes what the other did
   */
  public record Parent(String runId, @Nullable String step) {}

  /**
   * A step of a run.
   *
   * @param taskId its task's
   * @param startedAt of the last attempt; of a step without a worker, when its wait began
   * @param reason of a final state
   * @param runId the run that it began, of a workflow or for the elements of a list; null for none
   * @param waitingFor what a step waits for that no worker ends, as {@link
   *     io.taskorch.task.StepLink#waitingFor}, while it does
   */
  public record StepStatus(
      String name,
      Kind kind,
      Join join,
      TaskState state,
      String taskId,
      List<String> dependencies,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable Reason reason,
      @Nullable String runId,
      @Nullable String waitingFor) {
    public StepStatus {
      dependencies = List.copyOf(dependencies);
    }
  }
}
