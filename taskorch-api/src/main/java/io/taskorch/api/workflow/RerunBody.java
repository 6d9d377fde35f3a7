package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import io.taskorch.workflow.StepAction.Rerun;
import org.jspecify.annotations.Nullable;

/** A rerun as it is asked for. */
@Schema(name = "StepRerun")
record RerunBody(
    @Schema(description = "why, at most 1,024 characters", example = "the index was stale")
        @Nullable String note,
    @Schema(
            description =
                "takes the place of the payload of a task, or of the input of a workflow; may refer"
                    + " to what that could")
        @Nullable Object input) {

  static Rerun read(byte @Nullable [] body, String step) {
    Fields in = Fields.ofOptional(body, RerunBody.class, Bodies.MOST);
    Rerun rerun = new Rerun(step, in.text("note"), in.raw("input"));
    in.refusals().throwIfAny();
    return rerun;
  }
}
