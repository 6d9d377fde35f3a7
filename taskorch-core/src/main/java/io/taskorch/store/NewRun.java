package io.taskorch.store;

import io.taskorch.task.Json;
import io.taskorch.workflow.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/**
 * A run to be stored under ids that the caller has made, so that the call may be repeated.
 *
 * @param definition valid
 * @param version of the stored definition; null for one that came with the run
 * @param input what payloads refer to as {@code input}
 */
public record NewRun(
    String id, WorkflowDefinition definition, @Nullable Integer version, Json input) {

  /** A run of a definition that is not stored. */
  public NewRun(String id, WorkflowDefinition definition, Json input) {
    this(id, definition, null, input);
  }
}
