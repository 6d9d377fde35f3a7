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
    List<StepStatus> steps) {

  public Run {
    steps = List.copyOf(steps);
  }

  /**
   * A step of a run.
   *
   * @param taskId its task's
   * @param startedAt of the last attempt
   * @param reason of a final state
   */
  public record StepStatus(
      String name,
      TaskState state,
      String taskId,
      List<String> dependencies,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable Reason reason) {
    public StepStatus {
      dependencies = List.copyOf(dependencies);
    }
  }
}
