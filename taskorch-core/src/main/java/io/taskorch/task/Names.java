package io.taskorch.task;

/**
 * Names that become part of keys: queues, task types, workflows, steps, tags' keys. Their shape
 * keeps every key unambiguous and inside its slot.
 */
public final class Names {

  /**
   * The shape as a regular expression; {@link #isValid} reads every stored task and does without.
   */
  public static final String SHAPE = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

  public static final String SHAPE_IN_WORDS =
      "letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 128";

  private static final int LONGEST = 128;

  /** The field for the worker in a task's record has a fixed width. */
  public static final int LONGEST_WORKER_ID = 40;

  private Names() {}

  public static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > LONGEST || !isLetterOrDigit(name.charAt(0))) {
      return false;
    }
    for (int i = 1; i < name.length(); i++) {
      char c = name.charAt(i);
      if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  public static boolean isValidWorkerId(String id) {
    return id.length() <= LONGEST_WORKER_ID && isValid(id);
  }
}
