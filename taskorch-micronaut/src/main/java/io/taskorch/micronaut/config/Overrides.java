package io.taskorch.micronaut.config;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Settings that a program has decided itself, by key; they win over all others. */
final class Overrides implements Source {

  private final Map<String, String> values;

  Overrides(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  @Override
  public @Nullable Entry find(String key, Findings findings) {
    String value = values.get(key);
    return value == null ? null : Entry.text("command line: " + key, value);
  }

  @Override
  public void reportUnknown(Set<String> keys, Set<String> sections, Findings findings) {
    values.keySet().stream()
        .filter(key -> !keys.contains(key))
        .sorted()
        .forEach(key -> findings.error("command line: " + key, "is not a key that there is"));
  }
}
