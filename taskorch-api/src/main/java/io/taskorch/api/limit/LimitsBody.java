package io.taskorch.api.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.limit.Limits;
import io.taskorch.limit.OnLimit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Limits of a key as they are sent: a rate, a concurrency, or both. */
@Schema(name = "NewLimits")
record LimitsBody(
    @Nullable RateBody rate,
    @Schema(description = LimitsBody.CONCURRENCY) @Nullable Integer concurrency,
    @Schema(
            allowableValues = {"wait", "cancel_oldest", "drop_new"},
            description = LimitsBody.ON_LIMIT)
        @Nullable String onLimit) {

  static final String CONCURRENCY =
      "how many may run at a time, 1 to 1000000; any number unless given";

  static final String ON_LIMIT =
      "what becomes of a task that may not start; wait unless given, cancel_oldest with a"
          + " concurrency only";

  /**
   * Reads limits.
   *
   * @return null when they were refused, which is noted then
   */
  static @Nullable Limits read(Fields in) {
    var rate = RateBody.read(in);
    var concurrency = in.integer("concurrency", 1, Limits.MOST_CONCURRENCY);
    var onLimit = in.choice("on_limit", OnLimit.class);
    // What could not be read would be called missing.
    boolean readable =
        in.has("rate") == (rate != null)
            && in.has("concurrency") == (concurrency != null)
            && in.has("on_limit") == (onLimit != null);
    return readable
        ? in.build(
            () -> new Limits(rate, concurrency, Objects.requireNonNullElse(onLimit, OnLimit.WAIT)))
        : null;
  }
}
