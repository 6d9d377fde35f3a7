package io.taskorch.worker;

/** Why a handler is told to stop. */
enum Stop {
  CANCELLED(1),
  TIMED_OUT(2),
  /** Somebody else may run the task by now: whatever comes of the attempt is dropped. */
  LEASE_LOST(4),
  SHUTDOWN(8);

  private final int bit;

  Stop(int bit) {
    this.bit = bit;
  }

  /** Its place in a set of causes that fits a field. */
  int bit() {
    return bit;
  }
}
