package io.taskorch.task;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a task is tried and how long it waits in between.
 *
 * @param maxAttempts attempts in all, the first included; 1 to 99,999. Only failures spend them:
 *     neither a crash of the worker nor a release or snooze does
 * @param delay the wait before the second attempt
 * @param backoff how the wait grows from there
 * @param multiplier the factor of {@link Backoff#EXPONENTIAL}, at least 1; the others ignore it
 * @param maxDelay no wait is longer than this, jitter included
 * @param jitter the share of a wait that is drawn at random on either side, 0 to 1, so that tasks
 *     that failed together do not come back together
 */
public record RetryPolicy(
    int maxAttempts,
    Duration delay,
    Backoff backoff,
    double multiplier,
    Duration maxDelay,
    double jitter) {

  public static final int MOST_ATTEMPTS = 99_999;

  /** Three attempts, 1 s and 2 s apart, give or take a fifth. */
  public static final RetryPolicy DEFAULT =
      new RetryPolicy(
          3, Duration.ofSeconds(1), Backoff.EXPONENTIAL, 2.0, Duration.ofMinutes(1), 0.2);

  public RetryPolicy {
    if (maxAttempts < 1 || maxAttempts > MOST_ATTEMPTS) {
      throw new IllegalArgumentException("max_attempts is " + maxAttempts + ", not 1 to 99999");
    }
    Durations.requireStorable("delay", delay);
    Durations.requireStorable("max_delay", maxDelay);
    if (!(multiplier >= 1) || Double.isInfinite(multiplier)) {
      throw new IllegalArgumentException("multiplier is " + multiplier + ", not a number from 1");
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter is " + jitter + ", not between 0 and 1");
    }
  }

  public RetryPolicy withMaxAttempts(int attempts) {
    return new RetryPolicy(attempts, delay, backoff, multiplier, maxDelay, jitter);
  }

  /** Whether a task that has failed {@code failures} times is tried again. */
  public boolean allowsRetryAfter(int failures) {
    return failures < maxAttempts;
  }

  /**
   * The wait after the given failure.
   *
   * @param failures how often the task has failed so far, at least 1
   */
  public Duration delayAfter(int failures, RandomGenerator random) {
    double first = delay.toMillis();
    double grown =
        switch (backoff) {
          case FIXED -> first;
          case LINEAR -> first * failures;
          case EXPONENTIAL -> first * Math.pow(multiplier, failures - 1.0);
        };
    double longest = maxDelay.toMillis();
    double capped = Math.min(grown, longest);
    double spread = capped * jitter * (2 * random.nextDouble() - 1);
    return Duration.ofMillis(Math.round(Math.clamp(capped + spread, 0, longest)));
  }
}
