package io.taskorch.json;

import com.networknt.schema.regex.RegularExpression;
import java.util.regex.Pattern;

/**
 * A pattern of a schema that gives up on a text for which it would look back again and again: one
 * such input could keep a processor busy for years.
 */
record BoundedPattern(Pattern pattern) implements RegularExpression {

  private static final int MOST_STEPS = 1_000_000;

  /** A text took too many steps. */
  static final class TooCostlyException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * @throws java.util.regex.PatternSyntaxException it is none
   */
  static RegularExpression of(String regex) {
    return new BoundedPattern(Pattern.compile(endMeansEnd(regex)));
  }

  /** In Java a dollar also matches before a last line break, in ECMAScript it does not. */
  private static String endMeansEnd(String regex) {
    int last = regex.length() - 1;
    int escapes = 0;
    while (escapes < last && regex.charAt(last - 1 - escapes) == '\\') {
      escapes++;
    }
    boolean anchor = last >= 0 && regex.charAt(last) == '$' && escapes % 2 == 0;
    return anchor ? regex.substring(0, last) + "\\z" : regex;
  }

  @Override
  public boolean matches(String value) {
    return pattern.matcher(new Counted(value, new int[] {MOST_STEPS})).find();
  }

  /**
   * A text that lets itself be looked at so often.
   *
   * @param left one number, shared with the parts of the text
   */
  private record Counted(CharSequence text, int[] left) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (--left[0] < 0) {
        throw new TooCostlyException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new Counted(text.subSequence(from, to), left);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
