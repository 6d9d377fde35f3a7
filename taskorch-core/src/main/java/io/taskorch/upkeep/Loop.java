package io.taskorch.upkeep;

import io.taskorch.store.OutageBackoff;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does its work again and again, each time after the wait that the work asks for. */
final class Loop {

  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  private final Work work;
  private final InstantSource clock;
  private final OutageBackoff backoff;
  private final Thread thread;
  private volatile boolean stopped;
  private volatile boolean woken;
  private volatile @Nullable Instant lastPass;

  /** One pass of a loop. */
  interface Work {
    /**
     * Does what there is to do.
     *
     * @return how long to wait before the next pass
     */
    Duration pass();
  }

  /**
   * @param longestBackoff between passes that fail
   */
  Loop(Work work, InstantSource clock, Duration longestBackoff) {
    this.work = work;
    this.clock = clock;
    this.backoff = new OutageBackoff(longestBackoff);
    // Not a virtual thread: handlers in the same process may keep every carrier busy.
    this.thread = Thread.ofPlatform().name("taskorch-" + name(work)).unstarted(this::run);
  }

  private static String name(Work work) {
    return work.getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }

  void start() {
    thread.start();
  }

  /** Has it begin its next pass at once. */
  void wake() {
    woken = true;
    LockSupport.unpark(thread);
  }

  void stop() {
    stopped = true;
    LockSupport.unpark(thread);
  }

  void awaitEnd() throws InterruptedException {
    thread.join();
  }

  /** When a pass last came to its end; null before the first. */
  @Nullable Instant lastPass() {
    return lastPass;
  }

  private void run() {
    while (!stopped) {
      woken = false;
      Duration wait = pass();
      long end = System.nanoTime() + wait.toNanos();
      while (!stopped && !woken && end - System.nanoTime() > 0) {
        LockSupport.parkNanos(this, end - System.nanoTime());
      }
    }
  }

  private Duration pass() {
    try {
      Duration wait = work.pass();
      lastPass = clock.instant();
      if (backoff.failing()) {
        log.info("{} goes on", thread.getName());
        backoff.reset();
      }
      return wait;
    } catch (StoreUnavailableException e) {
      if (!backoff.failing()) {
        log.warn("{}: the store does not answer; tried again until it does", thread.getName());
      }
      log.debug("{}", thread.getName(), e);
    } catch (RuntimeException | Error e) {
      log.error("{}: a pass failed; it is made again", thread.getName(), e);
    }
    return backoff.next();
  }
}
