package io.taskorch.upkeep;

import java.time.Duration;
import java.util.stream.IntStream;

/**
 * One round over partitions: in each the same call is made for as long as it finds work, but not so
 * often that the others wait for long.
 */
final class Round {

  /** After so many calls in a row the other partitions have their turn. */
  static final int MOST_CALLS = 100;

  private Round() {}

  /** What is done in a partition. */
  interface Call {
    /** Makes one call, and returns how long to wait before the next; zero when it found work. */
    Duration in(int partition);
  }

  /**
   * Makes the calls.
   *
   * @param longest the wait when no partition asks for a shorter one
   * @return how long to wait before the next round
   */
  static Duration over(IntStream partitions, Duration longest, Call call) {
    return partitions
        .mapToObj(partition -> over(partition, call))
        .reduce(longest, (one, other) -> one.compareTo(other) < 0 ? one : other);
  }

  private static Duration over(int partition, Call call) {
    Duration wait = Duration.ZERO;
    for (int calls = 0; wait.isZero() && calls < MOST_CALLS; calls++) {
      wait = call.in(partition);
    }
    return wait;
  }
}
