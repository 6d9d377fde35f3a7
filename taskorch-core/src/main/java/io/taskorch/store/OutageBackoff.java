package io.taskorch.store;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next call to a store that does not answer: 50 ms at first, twice as
 * long each time, up to a longest, and drawn from the upper half of that, so that those who lost
 * the store together do not come back together. Used by one thread.
 */
public final class OutageBackoff {

  private static final long FIRST_MILLIS = 50;

  private final long longestMillis;
  private int failures;

  public OutageBackoff(Duration longest) {
    this.longestMillis = Math.max(1, longest.toMillis());
  }

  /** The wait after one more failure. */
  public Duration next() {
    long wait = Math.min(longestMillis, FIRST_MILLIS << Math.min(failures, 20));
    failures++;
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(wait / 2, wait + 1));
  }

  /** Forgets the failures: the store has answered. */
  public void reset() {
    failures = 0;
  }

  /** Whether the last call failed. */
  public boolean failing() {
    return failures > 0;
  }
}
