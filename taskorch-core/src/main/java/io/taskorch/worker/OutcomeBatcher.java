package io.taskorch.worker;

import io.taskorch.store.OutageBackoff;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskStore.Settled;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Outcome;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends outcomes, many to a call. The thread that brings the first one to a partition sends it at
 * once; what others bring meanwhile it sends next, until there is none left. They do not wait for
 * it: their slots are free as soon as their outcome is here, of which there is a bounded number.
 *
 * <p>An outcome is sent again until it is answered or its lease has ended.
 */
final class OutcomeBatcher {

  private static final Logger log = LoggerFactory.getLogger(OutcomeBatcher.class);

  private static final int MOST_ITEMS = 200;
  private static final int MOST_BYTES = 1024 * 1024;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

  private final TaskStore tasks;
  private final Lane[] lanes;
  private final BiConsumer<LiveAttempt, Outcome> onSettled;
  private final int mostInFlight;
  private final Semaphore inFlight;

  /**
   * @param slots of the worker
   * @param onSettled hears of each attempt whose outcome is answered or dropped
   */
  OutcomeBatcher(
      TaskStore tasks, int partitions, int slots, BiConsumer<LiveAttempt, Outcome> onSettled) {
    this.tasks = tasks;
    this.onSettled = onSettled;
    this.lanes = new Lane[partitions];
    for (int i = 0; i < partitions; i++) {
      lanes[i] = new Lane();
    }
    // Two full calls, so that one can fill while the other is under way, however few slots there
    // are; and as many again as can end at once.
    this.mostInFlight = 2 * MOST_ITEMS + slots;
    this.inFlight = new Semaphore(mostInFlight);
  }

  /** Waits for room for one outcome, which {@link #settle} must follow. */
  void reserve() {
    inFlight.acquireUninterruptibly();
  }

  /** The same for several, for at most 200: for all of them at once, or two could wait for ever. */
  void reserve(int count) {
    inFlight.acquireUninterruptibly(count);
  }

  /** Sends an outcome, now or with others, for which {@link #reserve} has made room. */
  void settle(LiveAttempt attempt, Outcome outcome) {
    Lane lane = lanes[TaskId.partitionOf(attempt.taskId())];
    lane.put(attempt, outcome);
    lane.send(1);
  }

  /** The same of tasks of one partition, in one call. */
  void settle(Map<LiveAttempt, Outcome> outcomes) {
    Lane lane = lanes[TaskId.partitionOf(outcomes.keySet().iterator().next().taskId())];
    outcomes.forEach(lane::put);
    lane.send(outcomes.size());
  }

  /**
   * Waits until all outcomes are answered or dropped.
   *
   * @return false when some are not after this time
   */
  boolean awaitEmpty(Duration longest) {
    try {
      if (!inFlight.tryAcquire(mostInFlight, longest.toNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
      inFlight.release(mostInFlight);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private record Pending(LiveAttempt attempt, Outcome outcome) {
    int bytes() {
      return outcome instanceof Outcome.Succeeded succeeded ? succeeded.result().size() : 0;
    }
  }

  /** The outcomes of one partition. */
  private final class Lane {
    private final ConcurrentLinkedQueue<Pending> queue = new ConcurrentLinkedQueue<>();

    /** How many are in the queue or in the call under way; who raises it from 0 sends. */
    private final AtomicInteger left = new AtomicInteger();

    private final OutageBackoff backoff = new OutageBackoff(LONGEST_WAIT);

    void put(LiveAttempt attempt, Outcome outcome) {
      queue.add(new Pending(attempt, outcome));
    }

    /** Sends so many that have been put, unless another thread is about it. */
    void send(int count) {
      if (left.getAndAdd(count) == 0) {
        int sent;
        do {
          List<Pending> batch = nextBatch();
          sent = batch.size();
          send(batch);
        } while (left.addAndGet(-sent) > 0);
      }
    }

    private List<Pending> nextBatch() {
      List<Pending> batch = new ArrayList<>();
      int bytes = 0;
      Pending next = queue.peek();
      while (next != null && batch.size() < MOST_ITEMS) {
        bytes += next.bytes();
        if (bytes > MOST_BYTES && !batch.isEmpty()) {
          break;
        }
        batch.add(queue.remove());
        next = queue.peek();
      }
      return batch;
    }

    private void send(List<Pending> batch) {
      List<Pending> unanswered = new ArrayList<>(batch);
      boolean interrupted = false;
      while (dropLost(unanswered)) {
        try {
          answered(unanswered, tasks.settle(settlements(unanswered)));
          backoff.reset();
          break;
        } catch (StoreUnavailableException e) {
          log.debug("outcomes are sent again", e);
          interrupted |= Thread.interrupted();
          interrupted |= !pause(backoff.next());
        } catch (RuntimeException | Error e) {
          log.error("{} outcomes could not be sent; their leases expire", unanswered.size(), e);
          unanswered.forEach(this::done);
          break;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /** False when none is left. */
    private boolean dropLost(List<Pending> unanswered) {
      for (Iterator<Pending> all = unanswered.iterator(); all.hasNext(); ) {
        Pending pending = all.next();
        if (pending.attempt.lost()) {
          log.warn("task {}: the lease is lost, its outcome is dropped", pending.attempt.taskId());
          all.remove();
          done(pending);
        }
      }
      return !unanswered.isEmpty();
    }

    private List<Settlement> settlements(List<Pending> unanswered) {
      List<Settlement> settlements = new ArrayList<>(unanswered.size());
      for (Pending pending : unanswered) {
        settlements.add(new Settlement(pending.attempt.lease(), pending.outcome));
      }
      return settlements;
    }

    private void answered(List<Pending> batch, List<Settled> answers) {
      for (int i = 0; i < batch.size(); i++) {
        if (answers.get(i).leaseLost()) {
          log.warn(
              "task {}: the lease is lost, its outcome was refused", batch.get(i).attempt.taskId());
        }
        done(batch.get(i));
      }
    }

    private void done(Pending pending) {
      onSettled.accept(pending.attempt, pending.outcome);
      inFlight.release();
    }
  }

  /** False when an interrupt cut it short. */
  private static boolean pause(Duration time) {
    try {
      Thread.sleep(time);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
