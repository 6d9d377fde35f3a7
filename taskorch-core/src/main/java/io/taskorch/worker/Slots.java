package io.taskorch.worker;

import java.util.concurrent.atomic.AtomicInteger;

/** The places for running attempts, of which an attempt takes one or more. */
final class Slots {

  private final int total;
  private final AtomicInteger free;
  private final AtomicInteger busy = new AtomicInteger();
  private final Runnable onFree;
  private final Signal idle = new Signal();

  /** How many must be free for {@link #takeAll} to take them. */
  private volatile int wanted = 1;

  /**
   * @param onFree runs when as many become free as {@link #takeAll} last wanted
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

  /** Takes all that are free if they are so many at least, 0 else. */
  int takeAll(int least) {
    // Before the look: who frees some after it knows how many are wanted.
    wanted = least;
    while (true) {
      int available = free.get();
      if (available < least) {
        return 0;
      }
      if (free.compareAndSet(available, 0)) {
        return available;
      }
    }
  }

  /** An attempt begins in slots that were taken. */
  void begin(int count) {
    busy.addAndGet(count);
  }

  /** The attempt in some slots is over, and they are free. */
  void end(int count) {
    busy.addAndGet(-count);
    giveBack(count);
  }

  /** Frees slots that were taken and not used. */
  void giveBack(int count) {
    if (count > 0) {
      int before = free.getAndAdd(count);
      int enough = wanted;
      if (before < enough && before + count >= enough) {
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

  /** In how many attempts run; a slot that is only held for a claim is neither free nor busy. */
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
