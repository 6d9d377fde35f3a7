package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.client.Explanation;
import io.taskorch.task.TaskState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a task does not run now.
 *
 * @param reasons every one found; empty when nothing stands in the way of a claim
 * @param estimate when it will start, where that is known
 */
@Schema(name = "Explanation")
record ExplanationView(
    String id, TaskState state, List<ReasonView> reasons, @Nullable Instant estimate) {

  /** One reason: a word for programs and a sentence for people. */
  @Schema(name = "ExplanationReason")
  record ReasonView(String code, String detail) {}

  static ExplanationView of(Explanation explanation) {
    return new ExplanationView(
        explanation.id(),
        explanation.state(),
        explanation.causes().stream()
            .map(cause -> new ReasonView(cause.code(), cause.detail()))
            .toList(),
        explanation.estimate());
  }
}
