package io.taskorch.api.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.limit.RateLimit;
import io.taskorch.task.Durations;
import org.jspecify.annotations.Nullable;

/** A rate as it is sent and read back. */
@Schema(name = "RateLimit")
record RateBody(
    @Schema(description = "how many tasks, by their units, may start within per, 1 to 1000000")
        int limit,
    @Schema(description = "1ms to 1d", example = "1m") String per,
    @Schema(description = "how many may start at once after a pause; as limit unless given")
        @Nullable Integer burst) {

  static @Nullable RateBody of(@Nullable RateLimit rate) {
    return rate == null
        ? null
        : new RateBody((int) rate.limit(), Durations.format(rate.per()), (int) rate.burst());
  }

  /** The field {@code rate}; null when there is none, and when it was refused, which is noted. */
  static @Nullable RateLimit read(Fields in) {
    Fields rate = in.object("rate", RateBody.class);
    if (rate == null) {
      return null;
    }
    rate.require("limit");
    rate.require("per");
    var limit = rate.integer("limit", 1, (int) RateLimit.MOST);
    var per = rate.duration("per");
    var burst = rate.integer("burst", 1, (int) RateLimit.MOST);
    return limit == null || per == null
        ? null
        : rate.build(() -> new RateLimit(limit, per, burst == null ? limit : burst));
  }
}
