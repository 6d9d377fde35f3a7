package io.taskorch.upkeep;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long a loop waits.
 *
 * @param busy after a pass that found work
 * @param idle the longest wait after one that found none
 */
record Pace(Duration busy, Duration idle) {

  /** The wait after a pass. */
  Duration after(boolean foundWork) {
    return foundWork ? busy : idle;
  }

  /**
   * The wait after a pass that knows when the next work is due.
   *
   * @param due null when nothing is
   */
  Duration until(@Nullable Instant due, Instant now) {
    if (due == null) {
      return idle;
    }
    Duration left = Duration.between(now, due);
    if (left.compareTo(busy) < 0) {
      // What is due already and still not done is somebody else's, or paused: no faster for that.
      return left.isPositive() ? left : busy;
    }
    return left.compareTo(idle) < 0 ? left : idle;
  }
}
