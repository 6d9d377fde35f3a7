package io.taskorch.store;

import io.taskorch.task.Flow;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Sequence;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.UniqueKey;
import io.taskorch.task.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * In which partition a task belongs: with all others of its group, limit, sequence or unique key,
 * or of a queue that has limits, as one script looks at one partition. With a single partition that
 * is the same for all.
 */
public final class Homes {

  private final Partitions partitions;
  private final LimitStore limits;

  public Homes(Partitions partitions, LimitStore limits) {
    this.partitions = partitions;
    this.limits = limits;
  }

  /** Something that ties a task to a partition. */
  private record Tie(String pointer, int partition) {}

  /**
   * @return empty when the task may live anywhere
   * @throws InvalidTaskException two of the things that it is tied to are in different partitions
   */
  public OptionalInt of(TaskSpec spec) {
    return together(ties("", spec));
  }

  /**
   * Where the run of some steps belongs, which is one for all of them.
   *
   * @return empty when it may live anywhere
   * @throws InvalidTaskException two of them are tied to different partitions
   */
  public OptionalInt of(List<TaskSpec> steps) {
    List<Tie> ties = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      ties.addAll(ties("/steps/" + i, steps.get(i)));
    }
    return together(ties);
  }

  /**
   * What the stores check of ids that were made elsewhere.
   *
   * @throws InvalidTaskException the task belongs in another partition than this one
   */
  public void require(TaskSpec spec, int partition) {
    require("", spec, partition);
  }

  /** The same of all steps of a run. */
  public void require(List<TaskSpec> steps, int partition) {
    for (int i = 0; i < steps.size(); i++) {
      require("/steps/" + i, steps.get(i), partition);
    }
  }

  private void require(String prefix, TaskSpec spec, int partition) {
    for (Tie tie : ties(prefix, spec)) {
      if (tie.partition != partition) {
        throw new InvalidTaskException(
            List.of(
                new Violation(
                    tie.pointer,
                    "another-home",
                    "belongs in another partition than its run or batch")));
      }
    }
  }

  private static OptionalInt together(List<Tie> ties) {
    if (ties.isEmpty()) {
      return OptionalInt.empty();
    }
    Tie first = ties.getFirst();
    for (Tie tie : ties) {
      if (tie.partition != first.partition) {
        throw new InvalidTaskException(
            List.of(
                new Violation(
                    tie.pointer,
                    "another-home",
                    "belongs in another partition than " + first.pointer)));
      }
    }
    return OptionalInt.of(first.partition);
  }

  private List<Tie> ties(String prefix, TaskSpec spec) {
    List<Tie> ties = new ArrayList<>();
    if (partitions.count() == 1) {
      return ties;
    }
    Flow flow = spec.flow();
    if (flow.group() != null) {
      ties.add(new Tie(prefix + "/group", partitions.of(flow.group())));
    }
    if (flow.limit() != null) {
      ties.add(new Tie(prefix + "/limit", partitions.of(flow.limit())));
    }
    if (limits.isLimited(spec.queue())) {
      ties.add(new Tie(prefix + "/queue", partitions.of(spec.queue())));
    }
    Sequence sequence = flow.sequence();
    UniqueKey unique = spec.unique();
    // Those of a group are scoped by it.
    if (sequence != null && flow.group() == null) {
      ties.add(new Tie(prefix + "/sequence", partitions.of(sequence.key())));
    }
    if (unique != null && flow.group() == null) {
      ties.add(new Tie(prefix + "/unique", partitions.of(unique.key())));
    }
    return ties;
  }
}
