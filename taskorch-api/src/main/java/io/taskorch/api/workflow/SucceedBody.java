package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import io.taskorch.task.Json;
import io.taskorch.workflow.StepAction.Succeed;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a step gives that a person lets succeed. */
@Schema(name = "StepSuccess")
record SucceedBody(
    @Schema(description = "why, at most 1,024 characters", example = "done by hand")
        @Nullable String note,
    @Schema(description = "any JSON, the result of the step; null unless given")
        @Nullable Object result) {

  static Succeed read(byte @Nullable [] body, String step) {
    Fields in = Fields.ofOptional(body, SucceedBody.class, Bodies.MOST);
    Json result = Objects.requireNonNullElse(in.raw("result"), Json.NULL);
    Succeed succeed = new Succeed(step, in.text("note"), result);
    in.refusals().throwIfAny();
    return succeed;
  }
}
