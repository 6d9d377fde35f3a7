package io.taskorch.micronaut.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the settings, so that a start fails with all of it at once. */
final class Findings {

  private final List<String> errors = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  void error(String place, String what) {
    errors.add(place + " " + what);
  }

  void warning(String place, String what) {
    warnings.add(place + " " + what);
  }

  List<String> warnings() {
    return List.copyOf(warnings);
  }

  void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new ConfigException(errors);
    }
  }
}
