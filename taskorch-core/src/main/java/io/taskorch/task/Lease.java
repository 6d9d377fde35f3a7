package io.taskorch.task;

import java.util.regex.Pattern;

/**
 * A timed right to run one attempt. Every word about the attempt carries it, and counts only while
 * the task's record still holds it.
 *
 * @param generation how often an operator has started the task over, at most {@link
 *     #LAST_GENERATION}
 * @param nonce 128 random bits in 22 characters of URL-safe base 64, drawn by the claimer, so that
 *     a number issued again after a failover is never mistaken for the first
 */
public record Lease(String taskId, int generation, String nonce) {

  public static final int NONCE_LENGTH = 22;

  /** The last that the four digits in a lease's id can hold. */
  public static final int LAST_GENERATION = 9_999;

  private static final Pattern GENERATION = Pattern.compile("\\d{1,4}");

  public Lease {
    if (!TaskId.isValid(taskId)
        || generation < 0
        || generation > LAST_GENERATION
        || !isValidNonce(nonce)) {
      throw new IllegalArgumentException("not a lease");
    }
  }

  public static boolean isValidNonce(String text) {
    // By hand, for the reason that TaskId has.
    if (text.length() != NONCE_LENGTH) {
      return false;
    }
    for (int i = 0; i < NONCE_LENGTH; i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      boolean other = (c >= '0' && c <= '9') || c == '_' || c == '-';
      if (!letter && !other) {
        return false;
      }
    }
    return true;
  }

  /** The form in which a lease leaves the process: {@code <task id>.<generation>.<nonce>}. */
  public String id() {
    return taskId + '.' + generation + '.' + nonce;
  }

  /**
   * @throws IllegalArgumentException when the text is not a lease's id
   */
  public static Lease parse(String id) {
    String[] parts = id.split("\\.", -1);
    if (parts.length != 3 || !GENERATION.matcher(parts[1]).matches()) {
      throw new IllegalArgumentException("not a lease");
    }
    return new Lease(parts[0], Integer.parseInt(parts[1]), parts[2]);
  }

  @Override
  public String toString() {
    return id();
  }
}
