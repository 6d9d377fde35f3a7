package io.taskorch.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the log of a command goes whose screen is for something else. The apps set up their own.
 */
final class CommandLog {

  private static final String LINE = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{0}: %msg%n";

  private CommandLog() {}

  static void toFile(Path file) {
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setFile(file.toString());
    write(appender, Level.WARN, Level.INFO);
  }

  /** What has gone wrong, on standard error; the rest is left out. */
  static void errorsOnly() {
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setTarget("System.err");
    write(appender, Level.ERROR, Level.ERROR);
  }

  private static void write(OutputStreamAppender<ILoggingEvent> appender, Level all, Level ours) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(LINE);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(all);
    context.getLogger("io.taskorch").setLevel(ours);
  }
}
