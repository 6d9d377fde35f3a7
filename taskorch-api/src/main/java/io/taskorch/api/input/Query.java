package io.taskorch.api.input;

import io.taskorch.store.TaskFilter;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of a query. Whatever is wrong with one is malformed; all of it is told at
 * once, by {@link #done}.
 */
public final class Query {

  /** What {@code limit} of a list is, for the OpenAPI file. */
  public static final String LIMIT = "50 unless given, at most 500";

  /** What {@code cursor} of a list is. */
  public static final String CURSOR = "next_cursor of the page before";

  private final Refusals refusals = new Refusals();

  /** Constants by comma, in capitals; empty when the parameter is absent. */
  public <E extends Enum<E>> List<E> choices(String name, @Nullable String text, Class<E> type) {
    List<E> choices = new ArrayList<>();
    if (text == null) {
      return choices;
    }
    for (String word : text.split(",", -1)) {
      E choice = find(word, type);
      if (choice == null) {
        refuse(
            name,
            "unknown-value",
            "is not a list by comma out of " + List.of(type.getEnumConstants()));
        return choices;
      }
      if (!choices.contains(choice)) {
        choices.add(choice);
      }
    }
    return choices;
  }

  private static <E extends Enum<E>> @Nullable E find(String word, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(word)) {
        return constant;
      }
    }
    return null;
  }

  /** One constant, in lower case. */
  public <E extends Enum<E>> E choice(String name, @Nullable String text, E fallback) {
    if (text == null) {
      return fallback;
    }
    for (E constant : fallback.getDeclaringClass().getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
        return constant;
      }
    }
    refuse(name, "unknown-value", "is none of " + Texts.words(fallback.getDeclaringClass()));
    return fallback;
  }

  /** A name, as queues and types have one. */
  public @Nullable String name(String name, @Nullable String text) {
    if (text != null && !Names.isValid(text)) {
      refuse(name, "invalid-name", "is not " + Names.SHAPE_IN_WORDS);
      return null;
    }
    return text;
  }

  public @Nullable Instant instant(String name, @Nullable String text) {
    if (text == null) {
      return null;
    }
    // A plus sign of an offset that was not encoded arrives as a blank.
    return Texts.instant(at(name), text.replace(' ', '+'), refusals);
  }

  public long number(String name, @Nullable String text, long fallback, long least, long most) {
    if (text == null) {
      return fallback;
    }
    if (text.matches("\\d{1,18}")) {
      long number = Long.parseLong(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    refuse(name, "out-of-range", "is not a whole number from " + least + " to " + most);
    return fallback;
  }

  /** How many entries a page has. */
  public int limit(@Nullable String text) {
    return (int) number("limit", text, TaskFilter.DEFAULT_LIMIT, 1, TaskFilter.MOST);
  }

  public boolean flag(String name, @Nullable String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      refuse(name, "wrong-type", "is neither true nor false");
    }
    return true;
  }

  /** Whether a parameter that knows only one word has it. */
  public boolean word(String name, @Nullable String text, String word) {
    if (text == null) {
      return false;
    }
    if (!text.equals(word)) {
      refuse(name, "unknown-value", "is not " + word);
    }
    return true;
  }

  public Duration duration(String name, @Nullable String text, Duration most) {
    if (text == null) {
      return Duration.ZERO;
    }
    Duration duration = Texts.duration(at(name), text, refusals);
    if (duration != null && duration.compareTo(most) > 0) {
      refuse(name, "out-of-range", "is longer than " + most.toSeconds() + "s");
    }
    return duration == null ? Duration.ZERO : duration;
  }

  public void refuse(String name, String code, String detail) {
    refusals.malformed(at(name), code, detail);
  }

  private static String at(String name) {
    return "/" + name;
  }

  /**
   * @throws InvalidRequestException when anything was wrong
   */
  public void done() {
    if (refusals.toException() != null) {
      throw new InvalidRequestException(400, refusals.found());
    }
  }

  /**
   * Makes a call whose only input is the query, so that what it refuses is malformed.
   *
   * @throws InvalidRequestException when anything was wrong
   */
  public <T> T answer(Supplier<T> call) {
    done();
    try {
      return call.get();
    } catch (InvalidTaskException e) {
      throw new InvalidRequestException(400, e.violations());
    }
  }
}
