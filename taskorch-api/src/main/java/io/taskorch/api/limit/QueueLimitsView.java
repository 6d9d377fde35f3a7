package io.taskorch.api.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.limit.Limits;
import io.taskorch.store.LimitStore.LimitedQueue;
import org.jspecify.annotations.Nullable;

/** The limits of a queue, and what is taken of those that hold for all of it. */
@Schema(name = "QueueLimits")
record QueueLimitsView(
    String queue,
    @Nullable RateBody rate,
    @Nullable Integer concurrency,
    @Schema(allowableValues = {"wait", "cancel_oldest", "drop_new"}) @Nullable String onLimit,
    @Nullable GroupLimitsBody perGroup,
    @Schema(description = "tasks of the queue that run") long running,
    @Schema(description = "how many are left of the rate") @Nullable Long tokens) {

  static QueueLimitsView of(LimitedQueue limited) {
    Limits together = limited.limits().together();
    return new QueueLimitsView(
        limited.queue(),
        together == null ? null : RateBody.of(together.rate()),
        together == null ? null : together.concurrency(),
        together == null ? null : LimitView.word(together),
        GroupLimitsBody.of(limited.limits().perGroup()),
        limited.use().running(),
        limited.use().tokens());
  }
}
