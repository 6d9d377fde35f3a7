package io.taskorch.worker;

import java.time.Duration;

/** Leaves a handler that puts its task off. */
final class SnoozeSignal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Duration delay;

  SnoozeSignal(Duration delay) {
    super("the task is put off; a handler lets this pass", null, false, false);
    this.delay = delay;
  }

  Duration delay() {
    return delay;
  }
}
