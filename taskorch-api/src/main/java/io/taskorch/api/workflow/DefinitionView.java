package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.Json;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.DefinitionVersion;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A version of a definition as it is read back.
 *
 * @param steps as they were submitted, with what is the same for all filled in
 */
@Schema(name = "WorkflowDefinition")
record DefinitionView(
    String name,
    int version,
    Instant createdAt,
    @Schema(implementation = StepBody[].class) Json steps,
    @Schema(implementation = Object.class) @Nullable Json inputSchema) {

  static DefinitionView of(DefinitionVersion version) {
    return new DefinitionView(
        version.name(),
        version.number(),
        version.createdAt(),
        DefinitionJson.steps(version.definition()),
        version.inputSchema());
  }
}
