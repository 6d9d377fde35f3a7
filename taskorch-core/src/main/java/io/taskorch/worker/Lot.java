package io.taskorch.worker;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What attempts have in common that run in one call of their handler: its thread, and its slots.
 * One that is cancelled or has lost its lease does not stop the call as long as another is wanted.
 */
final class Lot {

  private final AtomicInteger wanted;
  private final AtomicInteger unsettled;

  /** A bit for each cause heard of, so that clean-up is not interrupted twice for one. */
  private final AtomicInteger causes = new AtomicInteger();

  private volatile @Nullable Thread thread;

  /**
   * @param size how many attempts there are
   */
  Lot(int size) {
    this.wanted = new AtomicInteger(size);
    this.unsettled = new AtomicInteger(size);
  }

  /** Called by the thread of the call, before the handler. */
  void begin() {
    thread = Thread.currentThread();
    if (causes.get() != 0) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * An attempt is told to stop.
   *
   * @param first whether it had not been before
   */
  void stop(Stop why, boolean first) {
    boolean all =
        switch (why) {
          case TIMED_OUT, SHUTDOWN -> true;
          case CANCELLED, LEASE_LOST -> first && wanted.decrementAndGet() == 0;
        };
    if (all && (causes.getAndUpdate(known -> known | why.bit()) & why.bit()) == 0) {
      Thread running = thread;
      if (running != null) {
        running.interrupt();
      }
    }
  }

  /** An attempt has its outcome; whether all have now. */
  boolean settled() {
    return unsettled.decrementAndGet() == 0;
  }
}
