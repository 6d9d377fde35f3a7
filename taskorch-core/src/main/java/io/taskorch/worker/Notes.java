package io.taskorch.worker;

import io.taskorch.store.OutageBackoff;
import io.taskorch.store.TaskStore;
import io.taskorch.task.LogLine;
import io.taskorch.task.Progress;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The progress and log lines of one attempt on their way to the store. Of progress only the latest
 * is kept; lines go in order, many to a call. Too many lines for the buffer are written by the
 * handler's own thread, so a handler can be no faster than the store.
 */
final class Notes {

  private static final Set<String> STREAMS = Set.of("stdout", "stderr", "log");
  private static final int MOST_BUFFERED = 1_000;
  private static final int MOST_LINES_PER_CALL = 200;
  private static final int MOST_CHARS_PER_CALL = 256 * 1024;

  private final LiveAttempt attempt;
  private final TaskStore tasks;
  private final InstantSource clock;
  private final NoteSender sender;

  /** Guards what follows; never held during a call. */
  private final ReentrantLock buffer = new ReentrantLock();

  private final ArrayDeque<LogLine> lines = new ArrayDeque<>();
  private @Nullable Progress progress;
  private int dropped;
  private boolean announced;

  /** Held during a call, so that lines stay in order. */
  private final ReentrantLock sending = new ReentrantLock();

  /** Lines of a call that has not been answered; they are sent again as they were. */
  private List<LogLine> unanswered = List.of();

  private int operation;

  Notes(LiveAttempt attempt, TaskStore tasks, InstantSource clock, NoteSender sender) {
    this.attempt = attempt;
    this.tasks = tasks;
    this.clock = clock;
    this.sender = sender;
  }

  void progress(Progress latest) {
    boolean announce;
    buffer.lock();
    try {
      progress = latest;
      announce = announces();
    } finally {
      buffer.unlock();
    }
    if (announce) {
      sender.announce(this);
    }
  }

  /** Adds a text as one line or, where it has line breaks, as several. */
  void log(String stream, String text) {
    if (!STREAMS.contains(stream)) {
      throw new IllegalArgumentException("stream is not stdout, stderr or log");
    }
    Instant now = clock.instant();
    if (text.indexOf('\n') < 0) {
      add(new LogLine(0, now, stream, cut(text)));
    } else {
      text.lines().forEach(line -> add(new LogLine(0, now, stream, cut(line))));
    }
  }

  private static String cut(String line) {
    if (line.length() <= LogLine.LONGEST) {
      return line;
    }
    boolean halfCharacter = Character.isHighSurrogate(line.charAt(LogLine.LONGEST - 1));
    return line.substring(0, halfCharacter ? LogLine.LONGEST - 1 : LogLine.LONGEST);
  }

  private void add(LogLine line) {
    if (isFull()) {
      try {
        send();
      } catch (StoreUnavailableException e) {
        dropOldest();
      }
    }
    boolean announce;
    buffer.lock();
    try {
      lines.add(line);
      announce = announces();
    } finally {
      buffer.unlock();
    }
    if (announce) {
      sender.announce(this);
    }
  }

  private boolean isFull() {
    buffer.lock();
    try {
      return lines.size() >= MOST_BUFFERED;
    } finally {
      buffer.unlock();
    }
  }

  private void dropOldest() {
    buffer.lock();
    try {
      lines.poll();
      dropped++;
    } finally {
      buffer.unlock();
    }
  }

  /** With the buffer's lock held: whether the sender must be told of this attempt. */
  private boolean announces() {
    boolean first = !announced;
    announced = true;
    return first;
  }

  /** The sender has been told and turns to this attempt now. */
  void heard() {
    buffer.lock();
    try {
      announced = false;
    } finally {
      buffer.unlock();
    }
  }

  /**
   * Writes everything there is.
   *
   * @throws StoreUnavailableException some of it is not known to be written, and is kept
   */
  void send() {
    sending.lock();
    try {
      boolean held = sendProgress();
      while (held && nextLines()) {
        held = tasks.log(attempt.lease(), operationId(), unanswered);
        unanswered = List.of();
      }
      if (!held) {
        attempt.stop(Stop.LEASE_LOST);
        discard();
      }
    } finally {
      sending.unlock();
    }
  }

  /** Writes everything there is, again and again until it is written or the lease has ended. */
  void flush() {
    OutageBackoff backoff = new OutageBackoff(Duration.ofSeconds(1));
    while (!attempt.lost()) {
      try {
        send();
        return;
      } catch (StoreUnavailableException e) {
        LockSupport.parkNanos(backoff.next().toNanos());
      }
    }
  }

  private boolean sendProgress() {
    Progress latest;
    buffer.lock();
    try {
      latest = progress;
      progress = null;
    } finally {
      buffer.unlock();
    }
    if (latest == null) {
      return true;
    }
    try {
      return tasks.progress(attempt.lease(), latest);
    } catch (StoreUnavailableException e) {
      keepUnlessNewer(latest);
      throw e;
    }
  }

  private void keepUnlessNewer(Progress unsent) {
    buffer.lock();
    try {
      if (progress == null) {
        progress = unsent;
      }
    } finally {
      buffer.unlock();
    }
  }

  /** Makes the next call's lines, unless the last ones still have no answer. */
  private boolean nextLines() {
    if (!unanswered.isEmpty()) {
      return true;
    }
    List<LogLine> next = new ArrayList<>();
    buffer.lock();
    try {
      if (dropped > 0) {
        next.add(
            new LogLine(
                0, clock.instant(), "log", "(" + dropped + " lines were lost: no storage)"));
        dropped = 0;
      }
      int chars = 0;
      LogLine line = lines.peek();
      while (line != null && next.size() < MOST_LINES_PER_CALL && chars < MOST_CHARS_PER_CALL) {
        next.add(lines.remove());
        chars += line.line().length();
        line = lines.peek();
      }
    } finally {
      buffer.unlock();
    }
    unanswered = next;
    operation++;
    return !next.isEmpty();
  }

  private String operationId() {
    return attempt.lease().nonce() + '-' + operation;
  }

  private void discard() {
    buffer.lock();
    try {
      lines.clear();
      progress = null;
      dropped = 0;
    } finally {
      buffer.unlock();
    }
  }
}
