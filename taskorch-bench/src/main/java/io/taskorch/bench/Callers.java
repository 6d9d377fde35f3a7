package io.taskorch.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Threads that call the same thing as often as is left to do, all beginning at once. */
final class Callers {

  private Callers() {}

  /**
   * Makes the calls and gives how many a second that were.
   *
   * @param each gives every thread what it calls, before the time begins
   */
  static <C extends Call> double rate(int threads, int calls, Supplier<C> each)
      throws InterruptedException {
    AtomicInteger left = new AtomicInteger(calls);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    CountDownLatch ready = new CountDownLatch(threads);
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(
          Thread.startVirtualThread(
              () -> {
                try (Call call = prepared(each, ready)) {
                  go.await();
                  while (left.getAndDecrement() > 0) {
                    call.make();
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              }));
    }
    ready.await();
    long begin = System.nanoTime();
    go.countDown();
    for (Thread thread : running) {
      thread.join();
    }
    double rate = Rate.since(begin, calls);
    if (failure.get() != null) {
      throw new IllegalStateException("a caller failed", failure.get());
    }
    return rate;
  }

  private static <C extends Call> Call prepared(Supplier<C> each, CountDownLatch ready) {
    try {
      return each.get();
    } finally {
      ready.countDown();
    }
  }

  /** What one thread does again and again. */
  @FunctionalInterface
  interface Call extends AutoCloseable {
    void make() throws Exception;

    @Override
    default void close() {}
  }
}
