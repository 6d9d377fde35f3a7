package io.taskorch.testing.model;

import static java.util.Comparator.comparing;

import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery;
import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reads. */
final class ModelTaskQuery implements TaskQuery {
  private final ModelPartition model;

  ModelTaskQuery(ModelPartition model) {
    this.model = model;
  }

  @Override
  public Optional<Task> find(String id) {
    return Optional.ofNullable(model.tasks.get(id)).map(ModelTask::seen);
  }

  @Override
  public Map<String, TaskState> states(List<String> ids) {
    Map<String, TaskState> states = new HashMap<>();
    for (String id : ids) {
      if (model.tasks.containsKey(id)) {
        states.put(id, model.tasks.get(id).state);
      }
    }
    return states;
  }

  /** Of one state, in one page. */
  @Override
  public TaskPage list(TaskFilter filter) {
    TaskState state = filter.states().getFirst();
    List<Task> listed =
        model
            .in(state)
            .filter(t -> filter.queue() == null || filter.queue().equals(t.spec.queue()))
            .sorted(orderOf(state))
            .map(ModelTask::seen)
            .toList();
    return new TaskPage(listed, Optional.empty());
  }

  private static Comparator<ModelTask> orderOf(TaskState state) {
    return switch (state) {
      case PENDING -> ModelPartition.ORDER_OF_EXECUTION;
      case SCHEDULED, RETRYING -> ModelPartition.BY_DUE_TIME;
      case RUNNING -> comparing((ModelTask t) -> t.startedAt).thenComparing(t -> t.id);
      case SUCCEEDED, FAILED, CANCELLED, SKIPPED ->
          comparing((ModelTask t) -> t.updatedAt).thenComparing(t -> t.id).reversed();
      case BLOCKED -> throw new UnsupportedOperationException();
    };
  }

  @Override
  public Optional<Long> position(String id) {
    ModelTask task = model.tasks.get(id);
    if (task == null || task.state != TaskState.PENDING) {
      return Optional.empty();
    }
    return Optional.of(
        model
            .in(TaskState.PENDING)
            .filter(t -> t.spec.queue().equals(task.spec.queue()))
            .filter(
                t -> ModelPartition.lane(t).equals(ModelPartition.lane(task)) || !model.isAside(t))
            .filter(t -> ModelPartition.ORDER_OF_EXECUTION.compare(t, task) < 0)
            .count());
  }
}
