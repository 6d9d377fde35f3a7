package io.taskorch.limit;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Violations;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the tasks of a queue. At least one of the two is there.
 *
 * @param together for all of them; null for none
 * @param perGroup for each group on its own; null for none
 */
public record QueueLimits(@Nullable Limits together, @Nullable GroupLimits perGroup) {

  /**
   * @throws InvalidTaskException it says nothing
   */
  public QueueLimits {
    if (together == null && perGroup == null) {
      Violations wrong = new Violations();
      wrong.add("", "required", "has none of rate, concurrency and per_group");
      wrong.throwIfAny();
    }
  }

  /** For all tasks of the queue together. */
  public static QueueLimits of(Limits together) {
    return new QueueLimits(together, null);
  }

  /** For each group of the queue on its own. */
  public static QueueLimits of(GroupLimits perGroup) {
    return new QueueLimits(null, perGroup);
  }
}
