package io.taskorch.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis server as a child process on a free port of loopback. It forgets everything when it
 * is closed, unless it was started on a directory. It ends with this process.
 */
public final class EmbeddedRedis implements AutoCloseable {

  private static final Duration LONGEST_START = Duration.ofSeconds(20);
  private static final int STARTS = 3;
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final Pattern VERSION = Pattern.compile("v=(\\d{1,4})\\.");
  private static final ReentrantLock EXTRACTION = new ReentrantLock();
  private static @Nullable Path executable;

  private final Path directory;
  private final boolean temporary;
  private final int port;
  private final List<String> command;
  private final Thread exitHook = new Thread(this::atExit, "embedded-redis-exit");
  private Process process;

  private EmbeddedRedis(Path directory, boolean temporary, Map<String, String> settings)
      throws IOException {
    this.directory = directory;
    this.temporary = temporary;
    this.port = freePort();
    this.command = command(directory, port, settings);
    this.process = launch();
    Runtime.getRuntime().addShutdownHook(exitHook);
  }

  /** A server that keeps everything in memory only. */
  public static EmbeddedRedis start() {
    return start(Map.of());
  }

  /**
   * A server in memory with settings of its own, such as {@code maxmemory} to {@code 8mb}.
   *
   * @param settings by their names in {@code redis.conf}; they win over the defaults here
   */
  public static EmbeddedRedis start(Map<String, String> settings) {
    try {
      return start(Files.createTempDirectory("taskorch-redis"), true, settings);
    } catch (IOException e) {
      throw new UncheckedIOException("no place for the embedded Redis", e);
    }
  }

  /**
   * A server that writes an append-only file, synced once a second, and begins with what the
   * directory holds.
   *
   * @param directory exists; is not deleted at the end
   */
  public static EmbeddedRedis startIn(Path directory) {
    return start(directory, false, Map.of("appendonly", "yes"));
  }

  /** A cluster of one node, which holds all slots: it refuses scripts that touch two of them. */
  public static EmbeddedRedis oneNodeCluster() {
    Map<String, String> settings =
        Map.of(
            "cluster-enabled", "yes",
            "cluster-config-file", "nodes.conf",
            "cluster-announce-ip", "127.0.0.1",
            // by default it is the port + 10000, which may be beyond the last one
            "cluster-port", String.valueOf(freePort()));
    EmbeddedRedis redis = start(settings);
    try (RawRedis raw = RawRedis.connect(redis.uri())) {
      raw.call("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
      long begin = System.nanoTime();
      while (!String.valueOf(raw.text("CLUSTER", "INFO")).contains("cluster_state:ok")) {
        pauseBefore(begin);
      }
      return redis;
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  private static EmbeddedRedis start(
      Path directory, boolean temporary, Map<String, String> settings) {
    // somebody else may take the port between its choice and the start
    for (int start = 1; ; start++) {
      try {
        return new EmbeddedRedis(directory, temporary, settings);
      } catch (IOException e) {
        if (start == STARTS) {
          if (temporary) {
            delete(directory);
          }
          throw new UncheckedIOException("the embedded Redis does not start", e);
        }
      }
    }
  }

  public int port() {
    return port;
  }

  /** {@code redis://127.0.0.1:PORT}. */
  public URI uri() {
    return URI.create("redis://127.0.0.1:" + port);
  }

  /** The server's process, for signals. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /** Ends the server at once, as {@code kill -9} does. */
  public void kill() {
    killIfAlive();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the embedded Redis does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the server again after {@link #kill()}, on the same port and directory. */
  public void restart() {
    kill();
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded Redis does not start again", e);
    }
  }

  /** Ends the server in good order; a second time does nothing. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      killIfAlive();
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(exitHook);
    } catch (IllegalStateException e) {
      // the hook is running: this process is ending
    }
    deleteIfTemporary();
  }

  private void atExit() {
    killIfAlive();
    deleteIfTemporary();
  }

  private void killIfAlive() {
    process.destroyForcibly();
  }

  private Process launch() throws IOException {
    Process started =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            // the server would block on a pipe that nobody empties
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      awaitAnswer(started);
      return started;
    } catch (IOException | RuntimeException e) {
      started.destroyForcibly();
      throw e;
    }
  }

  private void awaitAnswer(Process started) throws IOException {
    long begin = System.nanoTime();
    while (true) {
      if (!started.isAlive()) {
        throw new IOException("redis-server ended with exit code " + started.exitValue());
      }
      if (answersAs(started.pid())) {
        return;
      }
      pauseBefore(begin);
    }
  }

  /** Another server may hold the port, so the answer must name our process. */
  private boolean answersAs(long pid) {
    try (RawRedis raw = RawRedis.connect(uri(), Duration.ofSeconds(2))) {
      String info = String.valueOf(raw.text("INFO"));
      return info.contains("process_id:" + pid + "\r\n") && info.contains("\nloading:0\r\n");
    } catch (UncheckedIOException | IllegalStateException e) {
      return false;
    }
  }

  private static void pauseBefore(long begin) {
    if (System.nanoTime() - begin > LONGEST_START.toNanos()) {
      throw new IllegalStateException("the embedded Redis is not ready after " + LONGEST_START);
    }
    try {
      TimeUnit.MILLISECONDS.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the embedded Redis starts", e);
    }
  }

  private static List<String> command(Path directory, int port, Map<String, String> settings)
      throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("bind", "127.0.0.1");
    all.put("port", String.valueOf(port));
    all.put("dir", directory.toAbsolutePath().toString());
    all.put("save", "");
    all.put("appendonly", "no");
    all.put("daemonize", "no");
    all.putAll(settings);
    List<String> command = new ArrayList<>();
    // Ctrl-C goes to all processes of the terminal's group: out of it, the server outlives those
    // who still have something to tell it.
    if (Files.isExecutable(SETSID)) {
      command.add(SETSID.toString());
    }
    command.add(executable().toString());
    all.forEach(
        (name, value) -> {
          command.add("--" + name);
          command.add(value);
        });
    return command;
  }

  private static Path executable() throws IOException {
    EXTRACTION.lock();
    try {
      if (executable == null || !Files.exists(executable)) {
        executable = RedisExecProvider.defaultProvider().get().toPath();
      }
      return Objects.requireNonNull(executable);
    } finally {
      EXTRACTION.unlock();
    }
  }

  /**
   * Has the servers of this process be those of a {@code redis-server} 7.0 or newer on the {@code
   * PATH}, if there is one, in place of the one that comes along. That one is linked against an
   * allocator that makes it take half as much processor time again as what distributions and images
   * run.
   *
   * @return whether there is one
   */
  public static boolean preferInstalled() {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
    Optional<Path> installed =
        Arrays.stream(path.split(File.pathSeparator, -1))
            .filter(folder -> !folder.isBlank())
            .map(folder -> Path.of(folder, "redis-server"))
            .filter(file -> Files.isExecutable(file) && isNewEnough(file))
            .findFirst();
    EXTRACTION.lock();
    try {
      installed.ifPresent(file -> executable = file);
    } finally {
      EXTRACTION.unlock();
    }
    return installed.isPresent();
  }

  private static boolean isNewEnough(Path file) {
    try {
      Process asked =
          new ProcessBuilder(file.toString(), "--version").redirectErrorStream(true).start();
      String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher version = VERSION.matcher(answer);
      return version.find() && Integer.parseInt(version.group(1)) >= 7;
    } catch (IOException e) {
      return false;
    }
  }

  /** A port of this machine that nothing listens on at the moment. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    }
  }

  private void deleteIfTemporary() {
    if (temporary && Files.exists(directory)) {
      delete(directory);
    }
  }

  private static void delete(Path directory) {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + directory, e);
    }
  }
}
