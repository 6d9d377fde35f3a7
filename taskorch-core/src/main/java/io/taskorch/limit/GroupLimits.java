package io.taskorch.limit;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Names;
import io.taskorch.task.Violations;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What holds for each group of a queue on its own. At least one of its parts is there.
 *
 * @param rate null for any
 * @param concurrency how many tasks of a group may run at a time, 1 to {@link
 *     Limits#MOST_CONCURRENCY}; null for any number
 * @param maxWaiting how many may wait, 1 to {@link #MOST_WAITING}: one more is refused; null for
 *     any number
 * @param weights how many turns a group has to one of the others, 1 to {@link #MOST_WEIGHT}, at
 *     most {@link #MOST_WEIGHTS} of them; a group that is not named has one
 */
public record GroupLimits(
    @Nullable RateLimit rate,
    @Nullable Integer concurrency,
    @Nullable Integer maxWaiting,
    Map<String, Integer> weights) {

  public static final int MOST_WAITING = 10_000_000;
  public static final int MOST_WEIGHT = 100;
  public static final int MOST_WEIGHTS = 10_000;

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public GroupLimits {
    weights = Map.copyOf(weights);
    Violations wrong = new Violations();
    Limits.checkConcurrency(wrong, concurrency);
    if (maxWaiting != null && (maxWaiting < 1 || maxWaiting > MOST_WAITING)) {
      wrong.add("/max_waiting", "out-of-range", "is not 1 to 10000000");
    }
    if (weights.size() > MOST_WEIGHTS) {
      wrong.add("/weights", "out-of-range", "has more than 10000 entries");
    } else {
      weights.forEach((group, weight) -> checkWeight(wrong, group, weight));
    }
    if (rate == null && concurrency == null && maxWaiting == null && weights.isEmpty()) {
      wrong.add("", "required", "has none of rate, concurrency, max_waiting and weights");
    }
    wrong.throwIfAny();
  }

  private static void checkWeight(Violations wrong, String group, int weight) {
    if (!Names.isValid(group)) {
      wrong.add("/weights", "invalid-name", "has a group that is not " + Names.SHAPE_IN_WORDS);
    } else if (weight < 1 || weight > MOST_WEIGHT) {
      wrong.add("/weights/" + group, "out-of-range", "is not 1 to 100");
    }
  }

  /** The weights of some groups alone. */
  public static GroupLimits ofWeights(Map<String, Integer> weights) {
    return new GroupLimits(null, null, null, weights);
  }
}
