package io.taskorch.schedule;

/** What a firing does while tasks of earlier firings have not ended. */
public enum Overlap {
  /** It makes its task all the same. */
  ALLOW,
  /** It is left out. */
  SKIP,
  /** It waits for their end; while one waits, further ones are left out. */
  QUEUE_ONE,
  /** They are cancelled, and it waits for their end; the latest one waits. */
  CANCEL_RUNNING
}
