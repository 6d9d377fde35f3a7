package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import org.jspecify.annotations.Nullable;

/** What a person says with an action on a step that needs no more. */
@Schema(name = "StepAnswer")
record StepAnswerBody(
    @Schema(description = "why, at most 1,024 characters", example = "looks good")
        @Nullable String note) {

  /** The note; null for no word. */
  static @Nullable String note(byte @Nullable [] body) {
    Fields in = Fields.ofOptional(body, StepAnswerBody.class, Bodies.MOST);
    String note = in.text("note");
    in.refusals().throwIfAny();
    return note;
  }
}
