package io.taskorch.task;

import java.time.Duration;

/**
 * When tasks are handed over together: as soon as so many of a key are ready, or when the first of
 * them has been ready for so long. A key is a queue, type, priority and group, and what the tasks
 * need of a worker.
 *
 * @param size how many tasks one call takes at the most, 2 to {@link #MOST}
 * @param within 1 ms to {@link #LONGEST}
 */
public record Gathering(int size, Duration within) {

  public static final int MOST = 100;
  public static final Duration LONGEST = Duration.ofHours(1);

  public Gathering {
    if (size < 2 || size > MOST) {
      throw new IllegalArgumentException("size is " + size + ", not 2 to " + MOST);
    }
    if (within.toMillis() < 1 || within.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "within is " + Durations.format(within) + ", not 1ms to 1h");
    }
  }
}
