package io.taskorch.task;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What decides which of the ready tasks of a queue may run next, besides their priorities.
 *
 * @param group tasks of one group share its turns: groups of a queue that have work take turns; a
 *     name, null for the group of all that name none
 * @param limit whose rate and concurrency the task counts for, over all queues; a name, null for
 *     none
 * @param sequence a key whose tasks run strictly one after the other; null for none
 * @param units what the task counts for where a rate is limited, 1 to {@link #MOST_UNITS}
 * @param slots how many places of its worker it takes, 1 to {@link #MOST_SLOTS}
 * @param requires labels that its worker must have, in the order of their texts, each once; at most
 *     {@link #MOST_LABELS}
 */
public record Flow(
    @Nullable String group,
    @Nullable String limit,
    @Nullable Sequence sequence,
    int units,
    int slots,
    List<String> requires) {

  public static final int MOST_UNITS = 1_000_000;
  public static final int MOST_SLOTS = 10_000;
  public static final int MOST_LABELS = 8;

  /** Of a task that says nothing. */
  public static final Flow PLAIN = new Flow(null, null, null, 1, 1, List.of());

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public Flow {
    Violations wrong = new Violations();
    if (group != null) {
      wrong.name("/group", group);
    }
    if (limit != null) {
      wrong.name("/limit", limit);
    }
    if (units < 1 || units > MOST_UNITS) {
      wrong.add("/units", "out-of-range", "is not 1 to 1000000");
    }
    if (slots < 1 || slots > MOST_SLOTS) {
      wrong.add("/slots", "out-of-range", "is not 1 to 10000");
    }
    if (requires.size() > MOST_LABELS) {
      wrong.add("/requires", "out-of-range", "has more than 8 entries");
    }
    for (int i = 0; i < requires.size(); i++) {
      if (!Labels.isValid(requires.get(i))) {
        wrong.add("/requires/" + i, "invalid-label", "is not " + Labels.SHAPE_IN_WORDS);
      }
    }
    wrong.throwIfAny();
    requires = requires.stream().sorted().distinct().toList();
  }

  /** Whether the task says nothing. */
  public boolean saysNothing() {
    return equals(PLAIN);
  }
}
