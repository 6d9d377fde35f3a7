package io.taskorch.task;

import java.util.Map;

/**
 * Thrown by a handler that takes several tasks at once when some of them have failed: each of these
 * fails with its own cause, the others succeed without a result.
 */
public final class PartlyFailedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final transient Map<Integer, Throwable> failures;

  /**
   * @param failures place in the handler's list, from 0 → what the task of that place failed with
   */
  public PartlyFailedException(Map<Integer, ? extends Throwable> failures) {
    super(failures.size() + " tasks have failed");
    this.failures = Map.copyOf(failures);
    this.failures.values().forEach(this::addSuppressed);
  }

  /** What each task failed with, by its place. */
  public Map<Integer, Throwable> failures() {
    return failures;
  }
}
