package io.taskorch.store;

import io.taskorch.task.Json;
import io.taskorch.workflow.WorkflowDefinition;

/**
 * A run to be stored under ids that the caller has made, so that the call may be repeated.
 *
 * @param definition valid
 * @param input what payloads refer to as {@code input}
 */
public record NewRun(String id, WorkflowDefinition definition, Json input) {}
