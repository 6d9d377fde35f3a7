package io.taskorch.task;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects all that is wrong with an input, so that a caller hears of everything at once. */
public final class Violations {

  /** More are dropped: nobody reads them, and a hostile input could have a million. */
  public static final int MOST = 100;

  private final List<Violation> found = new ArrayList<>();

  public void add(String pointer, String code, String detail) {
    if (!isFull()) {
      found.add(new Violation(pointer, code, detail));
    }
  }

  /** Whether what is added now is dropped. */
  public boolean isFull() {
    return found.size() == MOST;
  }

  /** Adds what another check found, with its pointers put below {@code prefix}. */
  public void addAll(String prefix, List<Violation> others) {
    others.forEach(v -> add(prefix + v.pointer(), v.code(), v.detail()));
  }

  public void name(String pointer, String name) {
    if (!Names.isValid(name)) {
      add(pointer, "invalid-name", "is not " + Names.SHAPE_IN_WORDS);
    }
  }

  public void duration(String pointer, @Nullable Duration duration, Duration least) {
    if (duration == null) {
      return;
    }
    if (duration.compareTo(least) < 0) {
      add(pointer, "out-of-range", "is shorter than " + Durations.format(least));
    } else if (duration.compareTo(Durations.LONGEST) > 0) {
      add(pointer, "out-of-range", "is longer than ten years");
    }
  }

  public void instant(String pointer, @Nullable Instant instant) {
    if (instant != null
        && (instant.isBefore(Instant.EPOCH) || instant.isAfter(TaskSpec.LAST_INSTANT))) {
      add(pointer, "out-of-range", "is not between the years 1970 and 2286");
    }
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  public List<Violation> found() {
    return List.copyOf(found);
  }

  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new InvalidTaskException(found);
    }
  }
}
