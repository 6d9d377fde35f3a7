package io.taskorch.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java process on the class path of this one. It ends with it, however that ends: {@link Child}
 * ends when its standard input does.
 */
final class ChildJvm implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final int LINES_KEPT = 20;

  private final Process process;
  private final PrintStream in;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

  private ChildJvm(Process process) {
    this.process = process;
    this.in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("child-" + process.pid()).start(this::read);
  }

  /**
   * Starts {@link Child} in a process of its own.
   *
   * @param settings variables of its environment; no others of taskorch's are handed on
   */
  static ChildJvm start(Child.Role role, Map<String, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-D" + Main.LOGGING + "=" + System.getProperty(Main.LOGGING, ""));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Child.class.getName(), role.name()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("TASKORCH_"));
    builder.environment().putAll(settings);
    try {
      return new ChildJvm(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException("no Java process can be started", e);
    }
  }

  private void read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add(String.valueOf(e.getMessage()));
    }
  }

  void tell(String line) {
    in.println(line);
  }

  /**
   * Waits for a line that matches, and gives its match; lines before it are dropped.
   *
   * @throws IllegalStateException none comes, with what came instead
   */
  Matcher await(Pattern wanted) throws InterruptedException {
    long begin = System.nanoTime();
    Deque<String> before = new ArrayDeque<>();
    while (System.nanoTime() - begin < LONGEST.toNanos()) {
      String line = lines.poll(100, TimeUnit.MILLISECONDS);
      if (line == null) {
        if (!process.isAlive() && lines.isEmpty()) {
          break;
        }
        continue;
      }
      Matcher matcher = wanted.matcher(line);
      if (matcher.find()) {
        return matcher;
      }
      before.add(line);
      if (before.size() > LINES_KEPT) {
        before.remove();
      }
    }
    throw new IllegalStateException(
        "a process of the benchmark does not say what it should: " + String.join("\n", before));
  }

  /** Processor time so far. */
  Duration cpu() {
    return process
        .info()
        .totalCpuDuration()
        .orElseThrow(() -> new IllegalStateException("the system does not tell processor times"));
  }

  @Override
  public void close() {
    in.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
