package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.Backoff;
import io.taskorch.task.Durations;
import io.taskorch.task.RetryPolicy;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A retry policy as it is sent and read back; what is not sent has its default. */
@Schema(name = "RetryPolicy")
public record RetryPolicyBody(
    @Schema(description = "attempts in all, the first included", example = "3")
        @Nullable Integer maxAttempts,
    @Schema(description = "the wait before the second attempt", example = "1s")
        @Nullable String delay,
    @Schema(description = "another word for delay", accessMode = Schema.AccessMode.WRITE_ONLY)
        @Nullable String initialDelay,
    @Schema(allowableValues = {"fixed", "linear", "exponential"}) @Nullable String backoff,
    @Schema(description = "of exponential backoff, from 1", example = "2.0")
        @Nullable Double multiplier,
    @Schema(description = "no wait is longer", example = "1m") @Nullable String maxDelay,
    @Schema(description = "the share of a wait drawn at random on either side, 0 to 1")
        @Nullable Double jitter) {

  public static RetryPolicyBody of(RetryPolicy policy) {
    return new RetryPolicyBody(
        policy.maxAttempts(),
        Durations.format(policy.delay()),
        null,
        policy.backoff().name().toLowerCase(Locale.ROOT),
        policy.multiplier(),
        Durations.format(policy.maxDelay()),
        policy.jitter());
  }

  static RetryPolicy read(Fields in) {
    RetryPolicy fallback = RetryPolicy.DEFAULT;
    if (in.has("delay") && in.has("initial_delay")) {
      in.impossible("initial_delay", "conflict", "is another word for delay, which is there too");
    }
    Duration delay = duration(in, in.has("initial_delay") ? "initial_delay" : "delay");
    Duration maxDelay = duration(in, "max_delay");
    return new RetryPolicy(
        or(in.integer("max_attempts", 1, RetryPolicy.MOST_ATTEMPTS), fallback.maxAttempts()),
        or(delay, fallback.delay()),
        or(in.choice("backoff", Backoff.class), fallback.backoff()),
        or(in.decimal("multiplier", 1, Double.MAX_VALUE), fallback.multiplier()),
        or(maxDelay, fallback.maxDelay()),
        or(in.decimal("jitter", 0, 1), fallback.jitter()));
  }

  private static @Nullable Duration duration(Fields in, String name) {
    return in.duration(name, Duration.ZERO, Durations.LONGEST);
  }

  private static <T> T or(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
