package io.taskorch.task;

/** What a worker says that it has: a name such as {@code gpu}, or two such as {@code region=eu}. */
public final class Labels {

  public static final String SHAPE_IN_WORDS =
      "a name or name=value of letters, digits, '.', '_' and '-', at most 64 characters";

  private static final int LONGEST = 64;

  private Labels() {}

  public static boolean isValid(String label) {
    int equals = label.indexOf('=');
    return label.length() <= LONGEST
        && (equals < 0
            ? Names.isValid(label)
            : Names.isValid(label.substring(0, equals))
                && Names.isValid(label.substring(equals + 1)));
  }
}
