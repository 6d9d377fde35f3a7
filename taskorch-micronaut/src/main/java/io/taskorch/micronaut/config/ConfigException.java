package io.taskorch.micronaut.config;

import java.util.List;

/** The settings cannot be; the app does not start. */
public class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> errors;

  public ConfigException(List<String> errors) {
    super(String.join("\n", errors));
    this.errors = List.copyOf(errors);
  }

  /** One line each: the place, the key, what is wrong with it; never the value. */
  public List<String> errors() {
    return errors;
  }
}
