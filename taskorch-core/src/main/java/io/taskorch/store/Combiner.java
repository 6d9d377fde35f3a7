package io.taskorch.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Lets single inputs of many threads share calls. The first caller sends its own input at once;
 * what arrives while its call is under way is the next batch, sent by the first of those who wait.
 * So nothing ever waits for a timer, a lone caller pays nothing, and batches grow with the load.
 *
 * <p>A call that fails fails for exactly the callers of its batch. An interrupt of the thread that
 * happens to send does not: the call is made again, so it must be one that may be repeated.
 *
 * @param <I> what a caller puts in
 * @param <O> what it gets out
 */
public final class Combiner<I, O> {

  private final int mostItems;
  private final long mostBytes;
  private final ToLongFunction<? super I> bytes;
  private final Function<List<I>, List<O>> call;

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Entry<I, O>> waiting = new ArrayDeque<>();
  private boolean sending;

  /**
   * @param mostItems of a batch
   * @param mostBytes of a batch, unless a single input is larger
   * @param bytes the size of an input
   * @param call answers in the order of its input; may be repeated with the same input
   */
  public Combiner(
      int mostItems,
      long mostBytes,
      ToLongFunction<? super I> bytes,
      Function<List<I>, List<O>> call) {
    this.mostItems = mostItems;
    this.mostBytes = mostBytes;
    this.bytes = bytes;
    this.call = call;
  }

  /**
   * Sends the input with those of other threads, and returns its answer.
   *
   * @throws RuntimeException what the call threw, the same for all of its batch
   */
  public O send(I input) {
    Entry<I, O> entry = new Entry<>(input, Thread.currentThread());
    if (!takesLead(entry)) {
      entry.awaitTurn();
    }
    if (entry.turn == Turn.LEADS) {
      lead();
    }
    return entry.answer();
  }

  /** How many inputs wait for a call to begin. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean takesLead(Entry<I, O> entry) {
    lock.lock();
    try {
      waiting.add(entry);
      if (sending) {
        return false;
      }
      sending = true;
      entry.turn = Turn.LEADS;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void lead() {
    List<Entry<I, O>> batch = nextBatch();
    List<I> inputs = new ArrayList<>(batch.size());
    for (Entry<I, O> entry : batch) {
      inputs.add(entry.input);
    }
    List<O> answers = List.of();
    Throwable failure = null;
    try {
      answers = callUninterrupted(inputs);
      if (answers.size() != inputs.size()) {
        failure =
            new IllegalStateException(
                answers.size() + " answers came for " + inputs.size() + " inputs");
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    // First, so that the next call is under way while this batch wakes up.
    handOver();
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).end(failure == null ? answers.get(i) : null, failure);
    }
  }

  private List<O> callUninterrupted(List<I> inputs) {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          return call.apply(inputs);
        } catch (RuntimeException e) {
          if (!Thread.interrupted() && !causedByInterrupt(e)) {
            throw e;
          }
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean causedByInterrupt(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException) {
        return true;
      }
    }
    return false;
  }

  private List<Entry<I, O>> nextBatch() {
    List<Entry<I, O>> batch = new ArrayList<>();
    lock.lock();
    try {
      long sum = 0;
      Entry<I, O> next = waiting.peek();
      while (next != null && batch.size() < mostItems) {
        sum += bytes.applyAsLong(next.input);
        if (sum > mostBytes && !batch.isEmpty()) {
          break;
        }
        batch.add(waiting.remove());
        next = waiting.peek();
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private void handOver() {
    Entry<I, O> next;
    lock.lock();
    try {
      next = waiting.peek();
      sending = next != null;
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.wake(Turn.LEADS);
    }
  }

  private enum Turn {
    WAITS,
    /** It is the first of the next batch, and sends it. */
    LEADS,
    ANSWERED
  }

  private static final class Entry<I, O> {
    private final I input;
    private final Thread thread;
    private volatile Turn turn = Turn.WAITS;
    private @Nullable O output;
    private @Nullable Throwable failure;

    Entry(I input, Thread thread) {
      this.input = input;
      this.thread = thread;
    }

    /** Not cut short by an interrupt: the input may be on its way already, in another thread. */
    void awaitTurn() {
      boolean interrupted = false;
      while (turn == Turn.WAITS) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        thread.interrupt();
      }
    }

    void end(@Nullable O answer, @Nullable Throwable thrown) {
      output = answer;
      failure = thrown;
      wake(Turn.ANSWERED);
    }

    void wake(Turn next) {
      turn = next;
      LockSupport.unpark(thread);
    }

    @SuppressWarnings("NullAway") // the output has the nullness of O
    O answer() {
      if (failure instanceof Error error) {
        throw error;
      }
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      return output;
    }
  }
}
