package io.taskorch.workflow;

import io.taskorch.task.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version of a stored definition. It never changes.
 *
 * @param number from 1
 * @param inputSchema the JSON Schema that the input of its runs must keep to; null for none
 */
public record DefinitionVersion(
    WorkflowDefinition definition, int number, @Nullable Json inputSchema, Instant createdAt) {

  public String name() {
    return definition.name();
  }
}
