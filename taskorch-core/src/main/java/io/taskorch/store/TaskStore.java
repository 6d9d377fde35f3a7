package io.taskorch.store;

import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Progress;
import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The moves of tasks that callers, workers and operators make. */
public interface TaskStore {

  /**
   * Stores new tasks, {@code SCHEDULED} or {@code PENDING}. An id that is stored already is left as
   * it is.
   *
   * @return in the order of the input
   * @throws io.taskorch.task.StorageFullException when there is no room; tasks of other calls of
   *     the same batch may have been stored
   * @throws io.taskorch.task.BatchClosedException the batch that a task is to be a member of takes
   *     no more
   */
  List<Enqueued> enqueue(List<NewTask> tasks);

  /** Leases ready tasks of one partition to a worker; the same {@code claimId} gives the same. */
  Claim claim(ClaimRequest request);

  /**
   * Ends attempts.
   *
   * @return in the order of the input
   */
  List<Settled> settle(List<Settlement> settlements);

  /**
   * Prolongs leases from now.
   *
   * @return in the order of the input
   */
  List<Heartbeat> heartbeat(List<Lease> leases, Duration lease);

  /** Notes how far an attempt is; false when the lease is lost and nothing was written. */
  boolean progress(Lease lease, Progress progress);

  /**
   * Adds lines to a task's log, of which the last {@link TaskLogs#MOST_LINES} are kept.
   *
   * @param operation names this call; the same again, as the next, adds nothing
   * @param lines their {@code seq} is ignored
   * @return false when the lease is lost and nothing was written
   */
  boolean log(Lease lease, String operation, List<LogLine> lines);

  /**
   * Cancels a task: one that waits ends at once, one that runs is told.
   *
   * @return the task afterwards
   * @throws io.taskorch.task.TaskNotFoundException no such task
   * @throws io.taskorch.task.IllegalMoveException it ended otherwise before
   */
  Task cancel(String id);

  /**
   * Starts a failed or cancelled task over, with a new generation.
   *
   * @param operation names this call; the same again gives the same answer
   * @throws io.taskorch.task.TaskNotFoundException no such task
   * @throws io.taskorch.task.IllegalMoveException it has not ended so, or is a workflow's step
   * @throws io.taskorch.task.UniqueConflictException another task holds its unique key by now
   */
  Task retry(String id, String operation);

  /**
   * Makes a task that waits for its time ready now. One that is ready already stays so.
   *
   * @throws io.taskorch.task.TaskNotFoundException no such task
   * @throws io.taskorch.task.IllegalMoveException it does not wait for its time
   */
  Task runNow(String id);

  /**
   * Deletes the record of a task that has ended.
   *
   * @throws io.taskorch.task.TaskNotFoundException no such task
   * @throws io.taskorch.task.IllegalMoveException it has not ended, is a workflow's step, or a
   *     member of a batch that has not ended
   */
  void delete(String id);

  /**
   * What became of a new task.
   *
   * @param task another one when that holds the new task's unique key, so that it was not stored
   * @param created false when the id was stored before, or the key is held
   * @param replaced whether the holder of the key has taken the new payload
   * @param refusal why it was not stored; null when it was, or its key is held
   */
  record Enqueued(Task task, boolean created, boolean replaced, @Nullable Refusal refusal) {
    public Enqueued(Task task, boolean created) {
      this(task, created, false, null);
    }
  }

  /** Why a new task was not stored. */
  enum Refusal {
    /** As many of its group wait in its queue as may. */
    GROUP_FULL,
    /** It counts for more units than the burst of a rate that it counts for: it would never run. */
    UNITS_ABOVE_BURST
  }

  /** One attempt's lease and how the attempt ended. */
  record Settlement(Lease lease, Outcome outcome) {}

  /**
   * The answer to a settlement.
   *
   * @param state the state that the attempt's end led to; null when the lease is lost
   */
  record Settled(@Nullable TaskState state) {
    public boolean leaseLost() {
      return state == null;
    }
  }

  /** The answer to a heartbeat. */
  enum Heartbeat {
    HELD,
    /** Held, and somebody asks that the task be cancelled. */
    CANCEL_REQUESTED,
    LOST
  }
}
