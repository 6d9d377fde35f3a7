package io.taskorch.client;

import io.taskorch.store.Combiner;
import io.taskorch.store.Hints;
import io.taskorch.task.Durations;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the ends of tasks or runs. Hints tell of them; one poll a second for all that are
 * waited for makes up for hints that were lost.
 */
final class EndWatch {

  private static final Logger log = LoggerFactory.getLogger(EndWatch.class);

  private static final long POLL_MILLIS = 1_000;
  private static final int MOST_PER_POLL = 1_000;

  /**
   * The store is asked for hints for this long at a time, and again by the poll: it remembers who
   * is waited for that long, and not longer, after the end.
   */
  private static final Duration HINTED = Duration.ofSeconds(15);

  private static final int POLLS_PER_ASK = 5;

  private final Hints hints;
  private final Function<List<String>, Set<String>> ended;
  private final Combiner<String, String> asks;
  private final ConcurrentHashMap<String, Set<Semaphore>> waiters = new ConcurrentHashMap<>();

  private final ReentrantLock lock = new ReentrantLock();
  private Hints.@Nullable Subscription subscription;
  private boolean polling;

  /**
   * @param ended which of at most 1,000 ids have ended, or are not stored
   */
  EndWatch(Hints hints, Function<List<String>, Set<String>> ended) {
    this.hints = hints;
    this.ended = ended;
    this.asks =
        new Combiner<>(
            MOST_PER_POLL,
            Long.MAX_VALUE,
            id -> 0,
            ids -> {
              hints.await(ids, HINTED);
              return ids;
            });
  }

  /**
   * Reads again and again, each time that there may be something new. A store that does not answer
   * is taken for one without news.
   *
   * @param read the task or run as it stands
   * @return the first that has ended
   * @throws AwaitTimeoutException none has in time
   */
  <T> T await(String id, Duration longest, Supplier<T> read, Predicate<T> isEnd) {
    long end = System.nanoTime() + shorter(longest, Durations.LONGEST).toNanos();
    Semaphore news = new Semaphore(0);
    add(id, news);
    try {
      // First, so that whatever ends after it has been read is told.
      askForHints(id);
      Optional<T> found = readEnd(read, isEnd);
      while (found.isEmpty()) {
        if (!news.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw new AwaitTimeoutException(id, longest);
        }
        news.drainPermits();
        found = readEnd(read, isEnd);
      }
      return found.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AwaitInterruptedException(id, e);
    } finally {
      remove(id, news);
    }
  }

  private void askForHints(String id) {
    try {
      asks.send(id);
    } catch (StoreUnavailableException e) {
      log.debug("no hints for now; the poll will find the end", e);
    }
  }

  private static <T> Optional<T> readEnd(Supplier<T> read, Predicate<T> isEnd) {
    try {
      return Optional.of(read.get()).filter(isEnd);
    } catch (StoreUnavailableException e) {
      log.debug("not readable for now; the poll will find the end", e);
      return Optional.empty();
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private void add(String id, Semaphore news) {
    waiters.compute(
        id,
        (key, others) -> {
          Set<Semaphore> all = others == null ? new CopyOnWriteArraySet<>() : others;
          all.add(news);
          return all;
        });
    lock.lock();
    try {
      if (!polling) {
        polling = true;
        Thread.ofVirtual().name("taskorch-await").start(this::poll);
      }
      if (subscription == null) {
        subscription = hints.onFinal(this::tell);
      }
    } catch (StoreUnavailableException e) {
      log.debug("no hints for now; the poll will find the end", e);
    } finally {
      lock.unlock();
    }
  }

  private void remove(String id, Semaphore news) {
    waiters.computeIfPresent(
        id,
        (key, all) -> {
          all.remove(news);
          return all.isEmpty() ? null : all;
        });
  }

  private void tell(String id) {
    Optional.ofNullable(waiters.get(id)).ifPresent(all -> all.forEach(Semaphore::release));
  }

  private void poll() {
    for (int polls = 1; pausedAndStillNeeded(); polls++) {
      List<String> ids = new ArrayList<>(waiters.keySet());
      try {
        for (int i = 0; i < ids.size(); i += MOST_PER_POLL) {
          List<String> some = ids.subList(i, Math.min(i + MOST_PER_POLL, ids.size()));
          if (polls % POLLS_PER_ASK == 0) {
            hints.await(some, HINTED);
          }
          ended.apply(some).forEach(this::tell);
        }
      } catch (StoreUnavailableException e) {
        log.debug("the store does not answer; asked again in a second", e);
      } catch (RuntimeException e) {
        log.warn("the poll for ends failed; made again in a second", e);
      }
    }
  }

  private boolean pausedAndStillNeeded() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody has this thread to interrupt it", e);
    }
    lock.lock();
    try {
      polling = !waiters.isEmpty();
      return polling;
    } finally {
      lock.unlock();
    }
  }
}
