package io.taskorch.limit;

/** What becomes of a task that a limit keeps from starting. */
public enum OnLimit {
  /** It waits; those behind it that the limit does not concern go past. */
  WAIT,
  /** The one that has been running longest is cancelled to make room for it. */
  CANCEL_OLDEST,
  /** It is cancelled itself. */
  DROP_NEW
}
