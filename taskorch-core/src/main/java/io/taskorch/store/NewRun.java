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
 * @param done task ids of another run's steps of the same partition, by step name: these have
 *     succeeded there, and count as done with the same results
 */
public record NewRun(
    String id,
    WorkflowDefinition definition,
    @Nullable Integer version,
    Json input,
    Map<String, String> done) {

  public NewRun {
    done = Map.copyOf(done);
  }

  public NewRun(String id, WorkflowDefinition definition, @Nullable Integer version, Json input) {
    this(id, definition, version, input, Map.of());
  }

  /** A run of a definition that is not stored. */
  public NewRun(String id, WorkflowDefinition definition, Json input) {
    this(id, definition, null, input, Map.of());
  }
}
