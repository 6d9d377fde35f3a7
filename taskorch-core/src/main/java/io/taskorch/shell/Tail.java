package io.taskorch.shell;

/** The last characters of a text that grows. */
final class Tail {

  static final int LONGEST = 4_000;

  private final StringBuilder text = new StringBuilder();

  void add(char[] more, int count) {
    text.append(more, 0, count);
    if (text.length() > 4 * LONGEST) {
      text.delete(0, text.length() - LONGEST);
    }
  }

  @Override
  public String toString() {
    return of(text.toString(), LONGEST);
  }

  /** The end of a text, without half a character at its begin. */
  static String of(String text, int longest) {
    int from = Math.max(0, text.length() - longest);
    boolean half = from > 0 && Character.isLowSurrogate(text.charAt(from));
    return text.substring(half ? from + 1 : from);
  }
}
