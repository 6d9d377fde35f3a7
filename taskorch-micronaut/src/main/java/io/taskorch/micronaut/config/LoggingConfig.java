package io.taskorch.micronaut.config;

/** How the app logs. */
public record LoggingConfig(Level level, Format format) {

  /** What is logged, from everything to nothing. */
  public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR,
    OFF
  }

  /** How a line of the log looks. */
  public enum Format {
    TEXT,
    JSON
  }

  static LoggingConfig read(Settings settings) {
    return new LoggingConfig(
        settings.choice("level", Level.INFO), settings.choice("format", Format.TEXT));
  }
}
