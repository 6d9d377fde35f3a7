package io.taskorch.worker;

import java.util.concurrent.atomic.AtomicInteger;

/** The places for running attempts. */
final class Slots {

  private final int total;
  private final AtomicInteger free;
  private final AtomicInteger busy = new AtomicInteger();
  private final Runnable onFree;
  private final Signal idle = new Signal();

  /**
   * @param onFree runs when a slot becomes free after none was
   */
  Slots(int total, Runnable onFree) {
    this.total = total;
    this.free = new AtomicInteger(total);
    this.onFree = onFree;
  }

  /**
   * Takes as many as are free, up to a number; 0 when none is. They are held for attempts that may
   * come, and are not busy yet.
   */
  int take(int most) {
    while (true) {
      int available = free.get();
      int taken = Math.min(available, most);
      if (taken == 0 || free.compareAndSet(available, available - taken)) {
        return taken;
      }
    }
  }

  /** An attempt begins in a slot that was taken. */
  void begin() {
    busy.incrementAndGet();
  }

  /** The attempt in a slot is over, and the slot free. */
  void end() {
    busy.decrementAndGet();
    giveBack(1);
  }

  /** Frees slots that were taken and not used. */
  void giveBack(int count) {
    if (count > 0) {
      int before = free.getAndAdd(count);
      if (before == 0) {
        onFree.run();
      }
      if (before + count == total) {
        idle.raise();
      }
    }
  }

  int total() {
    return total;
  }

  /** How many attempts run; a slot that is only held for a claim is neither free nor busy. */
  int busy() {
    return busy.get();
  }

  /**
   * Waits until all are free. For one thread at a time.
   *
   * @return false when some are still taken after this time
   */
  boolean awaitIdle(long nanos) {
    long end = System.nanoTime() + nanos;
    while (free.get() < total) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      idle.await(left);
    }
    return true;
  }
}
