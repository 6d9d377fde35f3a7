package io.taskorch.task;

import java.util.regex.Pattern;

/**
 * Names that become part of keys: queues, task types, workflows, steps, tags' keys. Their shape
 * keeps every key unambiguous and inside its slot.
 */
public final class Names {

  public static final String SHAPE = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";
  public static final String SHAPE_IN_WORDS =
      "letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 128";

  /** The field for the worker in a task's record has a fixed width. */
  public static final int LONGEST_WORKER_ID = 40;

  private static final Pattern NAME = Pattern.compile(SHAPE);

  private Names() {}

  public static boolean isValid(String name) {
    return NAME.matcher(name).matches();
  }

  public static boolean isValidWorkerId(String id) {
    return id.length() <= LONGEST_WORKER_ID && isValid(id);
  }
}
