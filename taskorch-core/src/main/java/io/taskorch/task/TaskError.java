package io.taskorch.task;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong in an attempt.
 *
 * @param kind a word for programs: {@code exception}, {@code timeout}, {@code crash}, {@code
 *     no-handler}, {@code payload}, {@code result-too-large}, {@code input-too-large}, …
 * @param type the exception's class, or what a foreign worker calls it
 * @param message at most {@link #LONGEST_MESSAGE} characters, cut beyond
 * @param stack at most {@link #LONGEST_STACK} characters, cut beyond
 */
public record TaskError(
    String kind, @Nullable String type, @Nullable String message, @Nullable String stack) {

  public static final int LONGEST_TYPE = 256;
  public static final int LONGEST_MESSAGE = 2_000;
  public static final int LONGEST_STACK = 8_000;

  public TaskError {
    type = cut(type, LONGEST_TYPE);
    message = cut(message, LONGEST_MESSAGE);
    stack = cut(stack, LONGEST_STACK);
  }

  public static TaskError of(String kind, String message) {
    return new TaskError(kind, null, message, null);
  }

  private static @Nullable String cut(@Nullable String text, int longest) {
    if (text == null || text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return text.substring(0, end);
  }
}
