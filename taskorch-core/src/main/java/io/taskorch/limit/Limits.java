package io.taskorch.limit;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Violations;
import org.jspecify.annotations.Nullable;

/**
 * What holds for all tasks of a queue, or of a key, together. At least one of rate and concurrency
 * is there.
 *
 * @param rate null for any
 * @param concurrency how many may run at a time, 1 to {@link #MOST_CONCURRENCY}; null for any
 *     number
 * @param onLimit what becomes of a task that may not start; {@link OnLimit#CANCEL_OLDEST} with a
 *     concurrency only
 */
public record Limits(@Nullable RateLimit rate, @Nullable Integer concurrency, OnLimit onLimit) {

  public static final int MOST_CONCURRENCY = 1_000_000;

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public Limits {
    Violations wrong = new Violations();
    checkConcurrency(wrong, concurrency);
    if (rate == null && concurrency == null) {
      wrong.add("", "required", "has neither a rate nor a concurrency");
    } else if (onLimit == OnLimit.CANCEL_OLDEST && concurrency == null) {
      wrong.add("/on_limit", "conflict", "needs a concurrency to be cancel_oldest");
    }
    wrong.throwIfAny();
  }

  static void checkConcurrency(Violations wrong, @Nullable Integer concurrency) {
    if (concurrency != null && (concurrency < 1 || concurrency > MOST_CONCURRENCY)) {
      wrong.add("/concurrency", "out-of-range", "is not 1 to 1000000");
    }
  }

  /** So many at a time; the rest waits. */
  public static Limits ofConcurrency(int concurrency) {
    return new Limits(null, concurrency, OnLimit.WAIT);
  }

  /** So often; the rest waits. */
  public static Limits ofRate(RateLimit rate) {
    return new Limits(rate, null, OnLimit.WAIT);
  }
}
