package io.taskorch.task;

/**
 * How soon a task is taken among those of its queue, highest first. A higher one goes first but
 * never starves a lower one: see {@code worker.priority}.
 */
public enum Priority {
  CRITICAL,
  HIGH,
  NORMAL,
  LOW
}
