package io.taskorch.task;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and writes durations as people write them: {@code 500ms}, {@code 5s}, {@code 2h}. */
public final class Durations {

  /** Longer waits than ten years are taken for a mistake, and keep every stored sum in range. */
  public static final Duration LONGEST = Duration.ofDays(3653);

  private static final Pattern SHORT = Pattern.compile("(\\d{1,18})(ms|s|m|h|d)");

  private Durations() {}

  /**
   * Reads {@code 500ms}, {@code 5s}, {@code 1m}, {@code 2h}, {@code 30d}, or ISO 8601 ({@code
   * PT5S}).
   *
   * @throws IllegalArgumentException when the text is neither, is negative, or overflows
   */
  public static Duration parse(String text) {
    Matcher parts = SHORT.matcher(text);
    try {
      if (parts.matches()) {
        long amount = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
      }
      if (text.startsWith("P")) {
        Duration iso = Duration.parse(text);
        if (!iso.isNegative()) {
          return iso;
        }
      }
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new IllegalArgumentException(unreadable(), e);
    }
    throw new IllegalArgumentException(unreadable());
  }

  private static String unreadable() {
    return "not a duration; write 500ms, 5s, 1m, 2h, 30d or ISO 8601 such as PT5S";
  }

  /**
   * The shortest exact form: {@code 90s} rather than {@code 1m30s}, {@code 1m} rather than {@code
   * 60s}.
   */
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    if (seconds % 60 == 0) {
      return seconds / 60 + "m";
    }
    return seconds + "s";
  }

  /** Refuses what is negative or longer than {@link #LONGEST}, by the name of the field. */
  public static void requireStorable(String field, Duration duration) {
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(field + " is not between 0 and ten years");
    }
  }
}
