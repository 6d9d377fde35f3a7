package io.taskorch.shell;

import io.taskorch.task.LogLine;
import io.taskorch.worker.TaskContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the two streams of a command on its way to the task's log, line by line. What is no UTF-8
 * is replaced, a line without end is cut into several. It is read to its end whatever happens to
 * the lines: a command whose output nobody reads would stand still.
 */
final class Output {

  private static final Logger log = LoggerFactory.getLogger(Output.class);

  private final InputStream in;
  private final String stream;
  private final TaskContext task;
  private final Room room;
  private final Thread thread;

  private final StringBuilder line = new StringBuilder();
  private boolean afterReturn;

  /** Guards what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Tail tail = new Tail();
  private boolean ended;

  /**
   * How many bytes both streams of an attempt may still write to the log. The words for what is
   * left out are written once.
   */
  static final class Room {
    private final ReentrantLock lock = new ReentrantLock();
    private final String beyond;
    private long left;
    private boolean told;

    Room(long bytes) {
      this.left = bytes;
      this.beyond = "(output beyond " + bytes + " bytes is not logged)";
    }

    private void log(TaskContext task, String stream, String line) {
      lock.lock();
      try {
        left -= line.getBytes(StandardCharsets.UTF_8).length + 1L;
        if (left >= 0) {
          task.log(stream, line);
        } else if (!told) {
          told = true;
          task.log("log", beyond);
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private Output(InputStream in, String stream, TaskContext task, Room room) {
    this.in = in;
    this.stream = stream;
    this.task = task;
    this.room = room;
    // Not a virtual thread: a read of a pipe holds on to its carrier.
    this.thread =
        Thread.ofPlatform()
            .daemon()
            .name("taskorch-" + stream + "-" + task.taskId())
            .unstarted(this::read);
  }

  static Output start(InputStream in, String stream, TaskContext task, Room room) {
    Output output = new Output(in, stream, task, room);
    output.thread.start();
    return output;
  }

  private void read() {
    char[] buffer = new char[8192];
    try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
      for (int count = reader.read(buffer); count >= 0; count = reader.read(buffer)) {
        if (!take(buffer, count)) {
          return;
        }
      }
      if (!line.isEmpty()) {
        write();
      }
    } catch (IOException e) {
      log.debug("task {}: {} ends", task.taskId(), stream, e);
    }
  }

  /** Takes what was read; false when nobody wants it any more. */
  private boolean take(char[] text, int count) {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      tail.add(text, count);
    } finally {
      lock.unlock();
    }
    for (int i = 0; i < count; i++) {
      take(text[i]);
    }
    return true;
  }

  private void take(char c) {
    boolean secondHalf = c == '\n' && afterReturn;
    afterReturn = c == '\r';
    if (secondHalf) {
      return;
    }
    if (c == '\n' || c == '\r') {
      write();
      return;
    }
    // A character of two halves stays whole.
    if (line.length() >= LogLine.LONGEST - 1 && !Character.isLowSurrogate(c)) {
      write();
    }
    line.append(c);
  }

  private void write() {
    String text = line.toString();
    line.setLength(0);
    try {
      room.log(task, stream, text);
    } catch (RuntimeException e) {
      log.warn("task {}: a line of its {} is lost", task.taskId(), stream, e);
    }
  }

  /**
   * Waits for the end of the stream.
   *
   * @param longest a process that nobody could find may hold it open; then it is left alone
   */
  void await(Duration longest) throws InterruptedException {
    boolean unused = thread.join(longest);
  }

  /** The last of what was read; from then on nothing more is. */
  String end() {
    lock.lock();
    try {
      ended = true;
      return tail.toString();
    } finally {
      lock.unlock();
    }
  }
}
