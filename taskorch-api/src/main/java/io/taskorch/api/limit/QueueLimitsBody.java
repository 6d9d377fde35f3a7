package io.taskorch.api.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import org.jspecify.annotations.Nullable;

/** Limits of a queue as they are sent: for all of its tasks, for each of its groups, or both. */
@Schema(name = "NewQueueLimits")
record QueueLimitsBody(
    @Nullable RateBody rate,
    @Schema(description = LimitsBody.CONCURRENCY) @Nullable Integer concurrency,
    @Schema(
            allowableValues = {"wait", "cancel_oldest", "drop_new"},
            description = LimitsBody.ON_LIMIT)
        @Nullable String onLimit,
    @Nullable GroupLimitsBody perGroup) {

  /**
   * Reads limits.
   *
   * @return null when they were refused, which is noted then
   */
  static @Nullable QueueLimits read(Fields in) {
    var perGroup = GroupLimitsBody.read(in);
    boolean hasLimits = in.has("rate") || in.has("concurrency");
    if (in.has("on_limit") && !hasLimits) {
      in.impossible("on_limit", "conflict", "needs a rate or a concurrency of the queue");
    }
    Limits together = hasLimits ? LimitsBody.read(in) : null;
    boolean readable = in.has("per_group") == (perGroup != null) && hasLimits == (together != null);
    return readable ? in.build(() -> new QueueLimits(together, perGroup)) : null;
  }
}
