package io.taskorch.upkeep;

import java.time.Duration;

/**
 * How upkeep works.
 *
 * @param tick the time between two steps of a loop that has work; idle, a loop sleeps until its
 *     next work is due, some seconds at most
 * @param noHandlerGrace how long a task may be ready while none of the live workers of its queue
 *     handles its type
 */
public record UpkeepOptions(Duration tick, Duration noHandlerGrace) {

  public static final UpkeepOptions DEFAULT =
      new UpkeepOptions(Duration.ofMillis(250), Duration.ofMinutes(5));

  public UpkeepOptions {
    if (tick.compareTo(Duration.ofMillis(10)) < 0 || tick.compareTo(Duration.ofSeconds(1)) > 0) {
      throw new IllegalArgumentException("tick is not between 10ms and 1s");
    }
    if (noHandlerGrace.isNegative() || noHandlerGrace.compareTo(Duration.ofDays(365)) > 0) {
      throw new IllegalArgumentException("no_handler_grace is not between 0 and a year");
    }
  }
}
