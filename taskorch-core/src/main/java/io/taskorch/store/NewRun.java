package io.taskorch.store;

import io.taskorch.task.Json;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run to be stored under ids that the caller has made, so that the call may be repeated.
 *
 * @param definition valid
 * @param version of the stored definition; null for one that came with the run
 * @param input what payloads refer to as {@code input}
 * @param fork how it follows from another run; null for one that begins at its beginning
 */
public record NewRun(
    String id,
    WorkflowDefinition definition,
    @Nullable Integer version,
    Json input,
    @Nullable Fork fork) {

  public NewRun(String id, WorkflowDefinition definition, @Nullable Integer version, Json input) {
    this(id, definition, version, input, null);
  }

  /** A run of a definition that is not stored. */
  public NewRun(String id, WorkflowDefinition definition, Json input) {
    this(id, definition, null, input);
  }

  /**
   * What a run takes over from another one.
   *
   * @param runId the other one, of the same partition
   * @param fromStep where the new one was told to begin
   * @param actor who told it to
   * @param done task ids of the other run's steps, by step name: these have succeeded there, and
   *     count as done with the same results
   */
  public record Fork(String runId, String fromStep, String actor, Map<String, String> done) {
    public Fork {
      done = Map.copyOf(done);
    }
  }
}
