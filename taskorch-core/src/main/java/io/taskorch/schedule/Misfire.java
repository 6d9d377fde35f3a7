package io.taskorch.schedule;

import java.time.Duration;

/**
 * What becomes of instants that nobody fired in time, because no scheduler ran or the store was
 * away. An instant is missed when it is later than {@link #GRACE}.
 */
public enum Misfire {
  /** Nothing, but for the latest instant if that one is not late. */
  SKIP,
  /** The latest of them is fired. */
  ONCE,
  /** All are fired, oldest first; of too many the latest. */
  ALL;

  /** As in Quartz: what is less late than this is late, but not missed. */
  public static final Duration GRACE = Duration.ofMinutes(1);
}
