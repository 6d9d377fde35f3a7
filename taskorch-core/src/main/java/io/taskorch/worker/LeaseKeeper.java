package io.taskorch.worker;

import io.taskorch.store.OutageBackoff;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskStore.Heartbeat;
import io.taskorch.task.Lease;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the leases of all attempts of a worker: one heartbeat for all of them every third of a
 * lease. A handler whose lease is lost, or cannot be renewed before it ends, is stopped; so is one
 * whose task was cancelled.
 */
final class LeaseKeeper {

  private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

  private final TaskStore tasks;
  private final Duration lease;
  private final long marginNanos;
  private final ConcurrentHashMap<String, LiveAttempt> live = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
  private final OutageBackoff backoff;
  private final Signal signal = new Signal();
  private final Thread thread;
  private @Nullable Future<?> watch;
  private boolean unanswered;
  private volatile boolean stopped;

  LeaseKeeper(TaskStore tasks, Duration lease, String name) {
    this.tasks = tasks;
    this.lease = lease;
    // What a handler gets to notice the interrupt before somebody else may start its task.
    this.marginNanos = Math.min(lease.toNanos() / 10, TimeUnit.SECONDS.toNanos(2));
    this.backoff = new OutageBackoff(lease.dividedBy(10));
    // Not a virtual thread: handlers that keep every carrier busy would lose their leases by it.
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /**
   * @param timer runs what does not block: the watch over leases that end, which must not wait for
   *     a heartbeat that gets no answer
   */
  void start(ScheduledExecutorService timer) {
    thread.start();
    long period = marginNanos / 2;
    watch = timer.scheduleAtFixedRate(this::stopExpiring, period, period, TimeUnit.NANOSECONDS);
  }

  void stop() {
    stopped = true;
    if (watch != null) {
      watch.cancel(false);
    }
    signal.raise();
  }

  void add(LiveAttempt attempt) {
    LiveAttempt before = live.put(attempt.taskId(), attempt);
    if (before != null) {
      // The store has leased the task anew, so the older lease is gone, though nobody said so.
      before.stop(Stop.LEASE_LOST);
    }
  }

  void remove(LiveAttempt attempt) {
    live.remove(attempt.taskId(), attempt);
  }

  Collection<LiveAttempt> attempts() {
    return List.copyOf(live.values());
  }

  /** Looks at once whether a task is to be cancelled. */
  void look(String taskId) {
    if (live.containsKey(taskId)) {
      asked.add(taskId);
      signal.raise();
    }
  }

  private void run() {
    long period = lease.toNanos() / 3;
    long next = System.nanoTime() + period;
    while (!stopped) {
      signal.await(asked.isEmpty() ? next - System.nanoTime() : 0);
      boolean all = System.nanoTime() - next >= 0;
      boolean answered = beat(all ? withAgedLease() : askedFor());
      if (all) {
        next = System.nanoTime() + (answered ? period : backoff.next().toNanos());
      }
    }
  }

  /**
   * Most attempts end before they need a heartbeat; one sent as they end would find their lease
   * gone, and look like a lost one.
   */
  private List<LiveAttempt> withAgedLease() {
    long fresh = System.nanoTime() + lease.toNanos() / 4 * 3;
    List<LiveAttempt> aged = new ArrayList<>();
    for (LiveAttempt attempt : live.values()) {
      if (attempt.leaseEnd() - fresh < 0) {
        aged.add(attempt);
      }
    }
    return aged;
  }

  private List<LiveAttempt> askedFor() {
    List<LiveAttempt> attempts = new ArrayList<>();
    String id = asked.poll();
    while (id != null) {
      LiveAttempt attempt = live.get(id);
      if (attempt != null) {
        attempts.add(attempt);
      }
      id = asked.poll();
    }
    return attempts;
  }

  /** Whether the store answered. */
  private boolean beat(List<LiveAttempt> attempts) {
    if (attempts.isEmpty()) {
      return true;
    }
    List<Lease> leases = attempts.stream().map(LiveAttempt::lease).toList();
    long sent = System.nanoTime();
    try {
      List<Heartbeat> answers = tasks.heartbeat(leases, lease);
      for (int i = 0; i < attempts.size(); i++) {
        take(attempts.get(i), answers.get(i), sent + lease.toNanos());
      }
      backoff.reset();
      if (unanswered) {
        unanswered = false;
        log.info("heartbeats are answered again");
      }
      return true;
    } catch (StoreUnavailableException e) {
      if (!unanswered) {
        unanswered = true;
        log.warn(
            "the heartbeat of {} leases got no answer; it is sent again until it gets one",
            leases.size());
      }
      log.debug("heartbeat", e);
      return false;
    } catch (RuntimeException e) {
      log.error("the heartbeat of {} leases failed", leases.size(), e);
      return false;
    }
  }

  private static void take(LiveAttempt attempt, Heartbeat answer, long leaseEnd) {
    switch (answer) {
      case HELD -> attempt.renewed(leaseEnd);
      case CANCEL_REQUESTED -> {
        attempt.renewed(leaseEnd);
        attempt.stop(Stop.CANCELLED);
      }
      case LOST -> attempt.stop(Stop.LEASE_LOST);
    }
  }

  private void stopExpiring() {
    long now = System.nanoTime();
    for (LiveAttempt attempt : live.values()) {
      if (now + marginNanos - attempt.leaseEnd() >= 0) {
        attempt.stop(Stop.LEASE_LOST);
      }
    }
  }
}
