package io.taskorch.worker;

import io.taskorch.client.BatchHandle;
import io.taskorch.store.Claim.Leased;
import io.taskorch.task.Durations;
import io.taskorch.task.Lease;
import io.taskorch.task.Progress;
import io.taskorch.task.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An attempt between claim and outcome: what its handler sees of it, and what the rest of the
 * worker does to it.
 *
 * <p>An interrupt reaches the handler only, never what its thread does afterwards: {@link #stop}
 * and {@link #end} agree on that by the {@link #phase}, without a lock.
 */
final class LiveAttempt implements TaskContext {

  private static final int RUNS = 0;
  private static final int BEING_STOPPED = 1;
  private static final int ENDED = 2;

  private static final AtomicIntegerFieldUpdater<LiveAttempt> PHASE =
      AtomicIntegerFieldUpdater.newUpdater(LiveAttempt.class, "phase");
  private static final AtomicReferenceFieldUpdater<LiveAttempt, @Nullable Notes> NOTES =
      AtomicReferenceFieldUpdater.newUpdater(LiveAttempt.class, Notes.class, "notes");

  private final Leased leased;
  private final Function<LiveAttempt, Notes> newNotes;
  private final Function<String, BatchHandle> batches;
  private volatile int phase = RUNS;
  private volatile @Nullable Thread thread;
  private volatile @Nullable Stop stop;

  /** Those that run in the same call; null when it runs alone. */
  private @Nullable Lot lot;

  /** A bit for each cause heard of, so that clean-up is not interrupted twice for one. */
  private int causes;

  private volatile boolean lost;
  private volatile long leaseEnd;
  private volatile @Nullable Notes notes;
  private volatile @Nullable Instant deadline;

  /**
   * @param leaseEnd by {@link System#nanoTime}
   * @param batches gives a batch by its id
   */
  LiveAttempt(
      Leased leased,
      long leaseEnd,
      Function<LiveAttempt, Notes> newNotes,
      Function<String, BatchHandle> batches) {
    this.leased = leased;
    this.leaseEnd = leaseEnd;
    this.newNotes = newNotes;
    this.batches = batches;
  }

  /** Says that it does not run alone, before anybody else knows of it. */
  void joins(Lot others) {
    lot = others;
  }

  @Override
  public Task task() {
    return leased.task();
  }

  /** How many slots of its worker it takes. */
  int slots() {
    return leased.task().spec().flow().slots();
  }

  @Override
  public Lease lease() {
    return leased.lease();
  }

  @Override
  public void progress(int percent, @Nullable String message) {
    String kept =
        message == null || message.length() <= Progress.LONGEST_MESSAGE
            ? message
            : message.substring(0, Progress.LONGEST_MESSAGE);
    notes().progress(new Progress(percent, kept));
  }

  @Override
  public void log(String stream, String line) {
    notes().log(stream, line);
  }

  @Override
  public boolean cancelled() {
    return stop != null;
  }

  @Override
  public Optional<BatchHandle> batch() {
    return Optional.ofNullable(task().spec().batch()).map(link -> batches.apply(link.batchId()));
  }

  @Override
  public Optional<Instant> deadline() {
    return Optional.ofNullable(deadline);
  }

  @Override
  public RuntimeException snooze(Duration delay) {
    Durations.requireStorable("delay", delay);
    throw new SnoozeSignal(delay);
  }

  /** Called by the attempt's own thread, before the handler. */
  void begin(@Nullable Instant until) {
    deadline = until;
    if (lot != null) {
      return;
    }
    thread = Thread.currentThread();
    if (stop != null) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tells the handler to stop, once for each cause; nothing happens when it has ended. */
  void stop(Stop why) {
    while (!PHASE.compareAndSet(this, RUNS, BEING_STOPPED)) {
      if (phase == ENDED) {
        if (why == Stop.LEASE_LOST) {
          lost = true;
        }
        return;
      }
      Thread.onSpinWait();
    }
    interrupt(why);
    phase = RUNS;
  }

  private void interrupt(Stop why) {
    if (why == Stop.LEASE_LOST) {
      lost = true;
    }
    if ((causes & why.bit()) != 0) {
      return;
    }
    causes |= why.bit();
    boolean first = stop == null;
    if (first) {
      stop = why;
    }
    if (lot != null) {
      lot.stop(why, first);
      return;
    }
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  /**
   * Ends it, by its own thread after the handler, or by another that gives up waiting for that: the
   * first has the say over the outcome. From then on no interrupt comes.
   *
   * @return whether this call was the first
   */
  boolean end() {
    while (!PHASE.compareAndSet(this, RUNS, ENDED)) {
      if (phase == ENDED) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  /** Whether its slots are free when it has its outcome: those of a lot are with the last one. */
  boolean freesItsSlots() {
    return lot == null || lot.settled();
  }

  /** Why the handler was told to stop first; null when it was not. */
  @Nullable Stop stopped() {
    return stop;
  }

  /** Whether its outcome must not be sent any more. */
  boolean lost() {
    return lost || System.nanoTime() - leaseEnd >= 0;
  }

  /** When the lease ends, by {@link System#nanoTime}. */
  long leaseEnd() {
    return leaseEnd;
  }

  void renewed(long end) {
    leaseEnd = end;
  }

  private Notes notes() {
    Notes made = notes;
    if (made != null) {
      return made;
    }
    NOTES.compareAndSet(this, null, newNotes.apply(this));
    return notes();
  }

  /** Progress and lines that are not written yet; null when there never were any. */
  @Nullable Notes unsentNotes() {
    return notes;
  }
}
