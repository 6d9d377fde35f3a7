package io.taskorch.micronaut.config;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Something that settings come from. */
interface Source {

  /**
   * What it says about a key, such as {@code worker.retry_policy.max_attempts}; null when it says
   * nothing.
   */
  @Nullable Entry find(String key, Findings findings);

  /**
   * The names below a section whose names are the user's choice.
   *
   * @param section with the dot behind it
   */
  default Set<String> children(String section) {
    return Set.of();
  }

  /** Tells what it holds that is neither a key nor a section. */
  void reportUnknown(Set<String> keys, Set<String> sections, Findings findings);

  /**
   * One setting.
   *
   * @param place where it stands, in words that begin a line about it
   * @param values one, unless it is a list
   * @param list whether it is written as a list; a text may still be one, by comma
   */
  record Entry(String place, List<String> values, boolean list) {

    public Entry {
      values = List.copyOf(values);
    }

    static Entry text(String place, String value) {
      return new Entry(place, List.of(value), false);
    }
  }
}
