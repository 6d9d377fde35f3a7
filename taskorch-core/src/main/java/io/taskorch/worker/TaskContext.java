package io.taskorch.worker;

import io.taskorch.client.BatchHandle;
import io.taskorch.task.Lease;
import io.taskorch.task.Priority;
import io.taskorch.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a handler knows of its attempt, and what it can say about it. Any thread may use it. */
public interface TaskContext {

  /** The task as it was claimed. */
  Task task();

  /** The lease that this attempt holds. */
  Lease lease();

  default String taskId() {
    return task().id();
  }

  /** From 1. */
  default int attempt() {
    return task().attempt();
  }

  /**
   * Larger than that of every attempt before. A handler that writes elsewhere on the condition that
   * no larger one was seen there cannot be overtaken by an attempt that has lost its lease.
   */
  default long fence() {
    return task().fence();
  }

  default Priority priority() {
    return task().spec().priority();
  }

  default String queue() {
    return task().spec().queue();
  }

  /**
   * Notes how far the task is. Cheap: of many notes within a moment only the last is written.
   *
   * @param percent 0 to 100
   * @param message cut beyond {@link io.taskorch.task.Progress#LONGEST_MESSAGE} characters
   */
  void progress(int percent, @Nullable String message);

  default void progress(int percent) {
    progress(percent, null);
  }

  /**
   * Adds a line to the task's log. Lines are written in order, soon after and at the latest with
   * the outcome; the longest is {@link io.taskorch.task.LogLine#LONGEST} characters, cut beyond.
   * When they come faster than they can be written the handler waits.
   */
  default void log(String line) {
    log("log", line);
  }

  /**
   * Adds a line to the task's log.
   *
   * @param stream {@code stdout}, {@code stderr} or {@code log}
   */
  void log(String stream, String line);

  /**
   * Whether the attempt should stop: somebody cancelled the task, its timeout has passed, its lease
   * is lost, or the worker ends. The handler's thread is interrupted as well.
   */
  boolean cancelled();

  /**
   * The batch that the task is a member of, which it may add to, or whose callback it is; empty for
   * others.
   */
  Optional<BatchHandle> batch();

  /** When the attempt's timeout passes, by this machine's clock; empty without one. */
  Optional<Instant> deadline();

  /**
   * Puts the task off; the attempt is not spent. Never returns: {@code throw task.snooze(…)} tells
   * the compiler so.
   */
  RuntimeException snooze(Duration delay);
}
