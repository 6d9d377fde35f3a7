package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.Json;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A workflow as it is submitted. */
@Schema(name = "NewWorkflow")
record WorkflowBody(
    @Schema(example = "nightly") String name,
    @Schema(description = "1 to 10,000") List<StepBody> steps,
    @Schema(description = "any JSON, what payloads refer to as ${input.…}") @Nullable Object input,
    @Schema(description = "the same again within 24 h gives the first run")
        @Nullable String idempotencyKey) {

  /**
   * Reads a workflow.
   *
   * @throws io.taskorch.api.input.InvalidRequestException naming everything that is wrong
   */
  static WorkflowDefinition read(Fields in) {
    return read(in, in.requiredText("name"));
  }

  /** As {@link #read(Fields)}, under a name that is known already. */
  static WorkflowDefinition read(Fields in, String name) {
    List<Step> steps = new ArrayList<>();
    for (Fields step : in.requiredObjects("steps", StepBody.class, WorkflowDefinition.MOST_STEPS)) {
      Step made = StepBody.read(step);
      if (made != null) {
        steps.add(made);
      }
    }
    // Checked as a whole only when every part is right: a missing step would cause errors of its
    // own.
    in.refusals().throwIfAny();
    return in.finish(() -> new WorkflowDefinition(name, steps));
  }

  static Json input(Fields in) {
    return Objects.requireNonNullElse(in.raw("input"), Json.NULL);
  }
}
