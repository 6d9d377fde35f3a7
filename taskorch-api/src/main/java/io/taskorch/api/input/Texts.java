package io.taskorch.api.input;

import io.taskorch.task.Durations;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads values that are written as text, in bodies and in queries alike. */
final class Texts {

  private static final Pattern NEGATIVE = Pattern.compile("-\\s*\\d.*|-?P.*-.*|-P.*");
  private static final Pattern NUMBER_AND_UNIT = Pattern.compile("\\d+(ms|s|m|h|d)");

  private Texts() {}

  /**
   * @return null, and noted, when it is not a duration
   */
  static @Nullable Duration duration(String pointer, String text, Refusals refusals) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      if (NEGATIVE.matcher(text).matches()) {
        refusals.impossible(pointer, "out-of-range", "is negative");
      } else if (NUMBER_AND_UNIT.matcher(text).matches()) {
        refusals.impossible(pointer, "out-of-range", "is longer than ten years");
      } else {
        refusals.malformed(pointer, "malformed-duration", "is " + e.getMessage());
      }
      return null;
    }
  }

  /**
   * @return null, and noted, when it is not an instant
   */
  static @Nullable Instant instant(String pointer, String text, Refusals refusals) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      refusals.malformed(
          pointer, "malformed-instant", "is not an instant such as 2026-12-01T08:00:00Z");
      return null;
    }
  }

  static String words(Class<? extends Enum<?>> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> constant.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
