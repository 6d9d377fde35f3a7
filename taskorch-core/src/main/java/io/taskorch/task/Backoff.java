package io.taskorch.task;

/** How the wait before the next attempt grows with the number of failures. */
public enum Backoff {
  /** The same wait each time. */
  FIXED,
  /** The first wait times the number of failures. */
  LINEAR,
  /** The first wait times the multiplier to the power of the failures before. */
  EXPONENTIAL
}
