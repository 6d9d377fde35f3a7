package io.taskorch.store;

import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.task.TaskSpec;
import java.util.List;

/**
 * What a task needs of its worker.
 *
 * @param type that the worker has a handler for
 * @param requires labels that it has
 * @param slots how many it has at least, free or not
 */
public record Demand(String type, List<String> requires, int slots) {

  public Demand {
    requires = List.copyOf(requires);
  }

  public static Demand of(TaskSpec spec) {
    return new Demand(spec.type(), spec.flow().requires(), spec.flow().slots());
  }

  public boolean isMetBy(WorkerInfo worker) {
    return worker.types().contains(type)
        && worker.labels().containsAll(requires)
        && worker.slots() >= slots;
  }
}
