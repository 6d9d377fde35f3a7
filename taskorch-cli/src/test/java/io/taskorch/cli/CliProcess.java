package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@code taskorch} command as a real process, out of the classes that were built. */
final class CliProcess implements AutoCloseable {

  static final Duration LONGEST_START = Duration.ofMinutes(3);

  private static final Pattern READY = Pattern.compile(" at (http://\\S+)");
  private static final Pattern WORKER = Pattern.compile("worker (\\w{26}) takes");

  private final Process process;
  private final Path out;
  private final Path err;

  private CliProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts a process.
   *
   * @param folder where it works
   */
  static CliProcess start(Path folder, String... arguments) {
    return start(folder, List.of(), arguments);
  }

  /**
   * Starts a process.
   *
   * @param settings variables such as {@code TASKORCH_REDIS_ADDR}
   */
  static CliProcess start(Path folder, Map<String, String> settings, String... arguments) {
    return start(folder, List.of(), settings, arguments);
  }

  static CliProcess start(Path folder, List<String> options, String... arguments) {
    return start(folder, options, Map.of(), arguments);
  }

  private static CliProcess start(
      Path folder, List<String> options, Map<String, String> settings, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Many of them share few cores, and none lives for long.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath()));
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    try {
      Path out = Files.createTempFile(folder, arguments[0] + "-", ".out");
      Path err = Files.createTempFile(folder, arguments[0] + "-", ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("TASKORCH_"));
      builder.environment().putAll(settings);
      return new CliProcess(builder.start(), out, err);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the launcher runs with: nothing that belongs to the tests. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  String out() {
    return text(out);
  }

  String err() {
    return text(err);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it listens, once it does. */
  URI url() {
    return URI.create(awaitErr(READY));
  }

  /** The name that its worker goes by, once it takes tasks. */
  String workerId() {
    return awaitErr(WORKER);
  }

  private String awaitErr(Pattern wanted) {
    await()
        .atMost(LONGEST_START)
        .untilAsserted(
            () ->
                assertThat(wanted.matcher(err()).find() || !process.isAlive())
                    .as("%s in: %s", wanted, err())
                    .isTrue());
    Matcher found = wanted.matcher(err());
    if (!found.find()) {
      throw new AssertionError("it has ended: " + err());
    }
    return found.group(1);
  }

  /** A shell starts what runs in the background so that Ctrl-C does not reach it. */
  boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.exists(status)) {
      return false;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(ignored -> (ignored & 0b10) != 0);
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** Sends a signal by its name, such as {@code STOP}. */
  void signal(String name) {
    try {
      int exit = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
      if (exit != 0) {
        throw new AssertionError("kill exits with " + exit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends it at once, as {@code kill -9} does. */
  void kill() {
    signal("KILL");
    int unused = exitCode(Duration.ofSeconds(10));
  }

  /** Waits for its end. */
  int exitCode(Duration longest) {
    try {
      if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError("still runs after " + longest + ": " + out() + err());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends it at once, if it still runs. */
  @Override
  public void close() {
    // Those it has started would outlive it.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
