package io.taskorch.task;

import java.time.Duration;

/** How an attempt ended, in the worker's words. */
public sealed interface Outcome {

  /** The handler returned; {@code result} is at most {@link #MOST_RESULT_BYTES}. */
  record Succeeded(Json result) implements Outcome {}

  /** The handler failed, and the retry policy tries again after {@code delay}. */
  record Retrying(TaskError error, Duration delay, int maxAttempts) implements Outcome {}

  /** The handler failed for good. */
  record Failed(TaskError error, Reason reason, int maxAttempts) implements Outcome {}

  /** Given back unfinished to the front of its queue; the attempt is not spent. */
  record Released() implements Outcome {}

  /** Put off by the handler; the attempt is not spent. */
  record Snoozed(Duration delay) implements Outcome {}

  /** Told to slow down: put off with all that {@code scope} names; the attempt is not spent. */
  record SlowedDown(Duration retryAfter, RateLimitedException.Scope scope) implements Outcome {}

  int MOST_RESULT_BYTES = 1024 * 1024 - 64 * 1024;
}
