package io.taskorch.store;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The moves of tasks that time makes, each a bounded step over one partition. Any number of
 * processes may make them at once.
 */
public interface TaskUpkeep {

  /** Makes tasks ready that are due, over all queues. */
  Promoted promote(int partition);

  /**
   * Takes back tasks whose lease has expired: to the front of their queue, or to {@code FAILED}
   * after the third crash. After a jump of the store's clock it waits for {@code grace} first, so
   * that a stall does not take everything from everybody.
   */
  Reaped reap(int partition, Duration grace);

  /**
   * Deletes tasks, runs and batches whose retention has passed.
   *
   * @param ahead also those that would be deleted within this time; more than zero when memory is
   *     short
   * @return how many records were deleted; call again while this is above zero
   */
  int prune(int partition, Duration ahead);

  /**
   * Fails tasks that have been ready for longer than {@code grace} in a queue none of whose live
   * workers can take them.
   *
   * @param handled whether some live worker of the queue can take tasks that need this
   * @return how many were failed
   */
  int failUnhandled(int partition, String queue, Predicate<Demand> handled, Duration grace);

  /** The share of its {@code maxmemory} that the store has used, 0 when it has no limit. */
  double memoryUsed(int partition);

  /**
   * What a promotion did.
   *
   * @param count tasks made ready
   * @param nextDue when the next one is due
   */
  record Promoted(int count, @Nullable Instant nextDue, Instant now) {}

  /**
   * What a reap did.
   *
   * @param failed or cancelled
   * @param more whether there is more to look at by now; then call again
   */
  record Reaped(int released, int failed, boolean more) {}
}
