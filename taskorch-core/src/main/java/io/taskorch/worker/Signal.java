package io.taskorch.worker;

import java.util.concurrent.locks.LockSupport;

/**
 * Wakes the one thread that waits on it. Raising it is two volatile reads when it is up already.
 */
final class Signal {

  private volatile boolean raised;
  private volatile Thread waiter = Thread.currentThread();

  void raise() {
    if (!raised) {
      raised = true;
      LockSupport.unpark(waiter);
    }
  }

  /**
   * Returns when it is raised, when the time has passed, or sooner; then it is down again. What was
   * changed before it was raised can be seen afterwards.
   */
  void await(long nanos) {
    waiter = Thread.currentThread();
    if (!raised && nanos > 0) {
      LockSupport.parkNanos(this, nanos);
    }
    raised = false;
  }
}
