package io.taskorch.api.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What holds for each group of a queue, as it is sent and read back. */
@Schema(name = "GroupLimits")
record GroupLimitsBody(
    @Nullable RateBody rate,
    @Schema(description = LimitsBody.CONCURRENCY) @Nullable Integer concurrency,
    @Schema(description = "how many tasks of a group may wait; one more is refused")
        @Nullable Integer maxWaiting,
    @Schema(
            description = "turns of a group to one of the others, 1 to 100, at most 10000 groups",
            example = "{\"tenant-7\": 3}")
        @Nullable Map<String, Integer> weights) {

  static @Nullable GroupLimitsBody of(@Nullable GroupLimits limits) {
    return limits == null
        ? null
        : new GroupLimitsBody(
            RateBody.of(limits.rate()),
            limits.concurrency(),
            limits.maxWaiting(),
            limits.weights().isEmpty() ? null : new TreeMap<>(limits.weights()));
  }

  /** The field {@code per_group}; null when there is none, and when it was refused. */
  static @Nullable GroupLimits read(Fields in) {
    Fields groups = in.object("per_group", GroupLimitsBody.class);
    if (groups == null) {
      return null;
    }
    var rate = RateBody.read(groups);
    var concurrency = groups.integer("concurrency", 1, Limits.MOST_CONCURRENCY);
    var maxWaiting = groups.integer("max_waiting", 1, GroupLimits.MOST_WAITING);
    var weights = groups.integersByName("weights", 1, GroupLimits.MOST_WEIGHT);
    boolean readable =
        groups.has("rate") == (rate != null)
            && groups.has("concurrency") == (concurrency != null)
            && groups.has("max_waiting") == (maxWaiting != null);
    return readable && weights != null
        ? groups.build(() -> new GroupLimits(rate, concurrency, maxWaiting, weights))
        : null;
  }
}
