package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.Json;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A workflow definition as it is submitted. */
@Schema(name = "NewWorkflowDefinition")
record DefinitionBody(
    @Schema(description = "that of the address, if it is given") @Nullable String name,
    @Schema(description = "1 to 10,000") List<StepBody> steps,
    @Schema(
            description =
                "a JSON Schema that the input of every run must keep to; it refers to nothing"
                    + " outside of itself")
        @Nullable Object inputSchema) {

  /**
   * Reads a definition.
   *
   * @param name that of the address
   * @throws io.taskorch.api.input.InvalidRequestException naming everything that is wrong
   */
  static WorkflowDefinition read(Fields in, String name) {
    String said = in.text("name");
    if (said != null && !said.equals(name)) {
      in.impossible("name", "conflict", "is not the name in the address");
    }
    return WorkflowBody.read(in, name);
  }

  static @Nullable Json inputSchema(Fields in) {
    return in.raw("input_schema");
  }
}
