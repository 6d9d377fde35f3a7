package io.taskorch.store;

import io.taskorch.task.TaskState;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks to list, and where to go on.
 *
 * @param states one after the other, each in its natural order: running by start, pending in the
 *     order of execution, scheduled and retrying by due time, final ones latest first and those of
 *     one millisecond by descending id; empty for all but {@code BLOCKED}, which needs a {@code
 *     workflowId}
 * @param group of which ready and running tasks are found without a look at those that have none
 * @param reverse turns the natural orders round
 * @param limit 1 to 500
 * @param cursor what the page before gave
 */
public record TaskFilter(
    List<TaskState> states,
    @Nullable String queue,
    @Nullable String type,
    @Nullable String tag,
    @Nullable String workflowId,
    @Nullable String group,
    @Nullable Instant createdAfter,
    @Nullable Instant createdBefore,
    boolean reverse,
    int limit,
    @Nullable String cursor) {

  public static final int DEFAULT_LIMIT = 50;
  public static final int MOST = 500;

  public TaskFilter {
    states = List.copyOf(states);
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("limit is " + limit + ", not 1 to " + MOST);
    }
  }

  /** The first tasks of one state, of all queues. */
  public static TaskFilter ofState(TaskState state) {
    return new TaskFilter(
        List.of(state), null, null, null, null, null, null, null, false, DEFAULT_LIMIT, null);
  }

  public TaskFilter inQueue(String name) {
    return new TaskFilter(
        states,
        name,
        type,
        tag,
        workflowId,
        group,
        createdAfter,
        createdBefore,
        reverse,
        limit,
        cursor);
  }

  public TaskFilter inGroup(String name) {
    return new TaskFilter(
        states,
        queue,
        type,
        tag,
        workflowId,
        name,
        createdAfter,
        createdBefore,
        reverse,
        limit,
        cursor);
  }

  public TaskFilter from(@Nullable String nextCursor, int pageSize) {
    return new TaskFilter(
        states,
        queue,
        type,
        tag,
        workflowId,
        group,
        createdAfter,
        createdBefore,
        reverse,
        pageSize,
        nextCursor);
  }
}
