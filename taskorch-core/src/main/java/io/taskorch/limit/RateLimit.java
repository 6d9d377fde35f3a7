package io.taskorch.limit;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Violations;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How often tasks may start: a bucket of tokens, of which each takes one or as many as it has
 * units, filled evenly.
 *
 * @param limit tokens that come in within {@code per}, 1 to {@link #MOST}
 * @param per 1 ms to {@link #LONGEST_PER}, to the millisecond
 * @param burst how many tokens the bucket holds, 1 to {@link #MOST}
 */
public record RateLimit(long limit, Duration per, long burst) {

  public static final long MOST = 1_000_000;
  public static final Duration LONGEST_PER = Duration.ofDays(1);

  /** The store counts in microseconds. */
  private static final long MOST_A_MILLI = 1_000;

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public RateLimit {
    Violations wrong = new Violations();
    requireInRange(wrong, "/limit", limit);
    requireInRange(wrong, "/burst", burst);
    if (per.compareTo(Duration.ofMillis(1)) < 0 || per.compareTo(LONGEST_PER) > 0) {
      wrong.add("/per", "out-of-range", "is not 1 ms to 1 day");
    } else if (limit <= MOST && limit > per.toMillis() * MOST_A_MILLI) {
      wrong.add("/limit", "out-of-range", "is more than 1000000 a second");
    }
    wrong.throwIfAny();
    per = per.truncatedTo(ChronoUnit.MILLIS);
  }

  private static void requireInRange(Violations wrong, String pointer, long number) {
    if (number < 1 || number > MOST) {
      wrong.add(pointer, "out-of-range", "is not 1 to 1000000");
    }
  }

  /** A rate whose bucket holds what comes in within {@code per}. */
  public static RateLimit of(long limit, Duration per) {
    return new RateLimit(limit, per, limit);
  }
}
