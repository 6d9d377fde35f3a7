package io.taskorch.task;

/**
 * Tasks of one sequence run one after the other, in the order in which they were submitted,
 * whatever their types and queues. One that is due later holds up those behind it, and so does one
 * that waits for its next attempt.
 *
 * @param key 1 to 256 characters
 * @param onRetry whether those behind wait for a task that waits for its next attempt
 */
public record Sequence(String key, OnRetry onRetry) {

  public static final int LONGEST_KEY = 256;

  /** What a task's failed attempt means for those behind it. */
  public enum OnRetry {
    /** They wait until it has ended. */
    WAIT,
    /** They may pass it until its next attempt is due. */
    STEP_OVER
  }

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public Sequence {
    if (key.isEmpty() || key.length() > LONGEST_KEY) {
      Violations wrong = new Violations();
      wrong.add("/key", "out-of-range", "is not 1 to 256 characters long");
      wrong.throwIfAny();
    }
  }

  /** A sequence whose tasks wait for each other's retries. */
  public static Sequence of(String key) {
    return new Sequence(key, OnRetry.WAIT);
  }
}
