package io.taskorch.shell;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command's process and all that came of it. The processes are found by descent; where there is a
 * {@code /proc} also by the session that the command began, which a process keeps when its parent
 * ends, and by a mark in the environment, which it keeps even when it begins a session of its own.
 * One that does both and clears its environment as well is not found.
 */
final class ProcessTree {

  /** The environment variable that carries the mark. */
  static final String MARK = "TASKORCH_SHELL_MARK";

  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);

  private static final Path PROC = Path.of("/proc");
  private static final Duration LONGEST = Duration.ofSeconds(5);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  private final ProcessHandle root;
  private final byte[] mark;
  private final boolean ownSession;

  /**
   * @param mark the value of {@link #MARK} in the command's environment
   * @param ownSession whether the command's process leads a session
   */
  ProcessTree(ProcessHandle root, String mark, boolean ownSession) {
    this.root = root;
    this.mark = (MARK + '=' + mark).getBytes(StandardCharsets.US_ASCII);
    this.ownSession = ownSession;
  }

  static String newMark() {
    return UUID.randomUUID().toString();
  }

  /** Asks every process to end (SIGTERM). */
  void ask() {
    members().forEach(ProcessHandle::destroy);
  }

  /** Waits until none is left, for so long at the most; an interrupt ends the wait, too. */
  void awaitEnd(Duration longest) {
    long end = System.nanoTime() + longest.toNanos();
    long pause = FIRST_PAUSE;
    while (!members().isEmpty()
        && end - System.nanoTime() > 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }

  /** Ends every process (SIGKILL), also those that are begun meanwhile. */
  void kill() {
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + LONGEST.toNanos();
    long pause = FIRST_PAUSE;
    for (Set<ProcessHandle> left = members(); !left.isEmpty(); left = members()) {
      left.forEach(ProcessHandle::destroyForcibly);
      if (end - System.nanoTime() <= 0) {
        log.warn("processes of a command cannot be ended: {}", left);
        break;
      }
      LockSupport.parkNanos(this, pause);
      interrupted |= Thread.interrupted();
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Those that are alive. */
  private Set<ProcessHandle> members() {
    Set<ProcessHandle> members = new HashSet<>();
    if (root.isAlive()) {
      members.add(root);
      root.descendants().filter(ProcessHandle::isAlive).forEach(members::add);
    }
    if (Files.isDirectory(PROC)) {
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
        for (Path process : processes) {
          if (isMember(process)) {
            ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                .ifPresent(members::add);
          }
        }
      } catch (IOException e) {
        log.debug("/proc cannot be listed", e);
      }
    }
    return members;
  }

  private boolean isMember(Path process) {
    try {
      // "pid (name) state parent group session …"; the name may hold anything.
      String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
      boolean over = fields[0].equals("Z") || fields[0].equals("X");
      return !over
          && (ownSession && fields[3].equals(Long.toString(root.pid()))
              || contains(Files.readAllBytes(process.resolve("environ")), mark));
    } catch (IOException e) {
      // It has ended meanwhile, or is another user's.
      return false;
    }
  }

  private static boolean contains(byte[] environment, byte[] variable) {
    for (int from = 0; from + variable.length <= environment.length; from++) {
      boolean begins = from == 0 || environment[from - 1] == 0;
      if (begins
          && ByteBuffer.wrap(environment, from, variable.length)
              .equals(ByteBuffer.wrap(variable))) {
        return true;
      }
    }
    return false;
  }
}
