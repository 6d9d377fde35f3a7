package io.taskorch.task;

import java.time.Duration;

/**
 * Thrown by a handler that something it calls has told to slow down. The task waits without having
 * spent an attempt, and so do others that would be told the same.
 */
public class RateLimitedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Who waits with the task; where it names no such thing, it waits alone. */
  public enum Scope {
    /** The task alone. */
    TASK,
    /** All tasks of its group. */
    GROUP,
    /** All tasks of its limit, in all queues. */
    LIMIT,
    /** All tasks of its type in its queue. */
    TYPE,
    /** All tasks of its queue. */
    QUEUE
  }

  /** Longer waits are cut to this. */
  public static final Duration LONGEST = Duration.ofDays(1);

  private final Duration retryAfter;
  private final Scope scope;

  /**
   * @param retryAfter how long to wait, such as a service has answered; more than nothing
   */
  public RateLimitedException(Duration retryAfter, Scope scope) {
    super("rate limited for " + retryAfter);
    if (retryAfter.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("retryAfter is shorter than 1 ms");
    }
    this.retryAfter = retryAfter.compareTo(LONGEST) > 0 ? LONGEST : retryAfter;
    this.scope = scope;
  }

  public Duration retryAfter() {
    return retryAfter;
  }

  public Scope scope() {
    return scope;
  }
}
