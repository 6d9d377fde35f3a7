package io.taskorch.testing.model;

import io.taskorch.store.QueueStore;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Queues as a whole. */
final class ModelQueueStore implements QueueStore {
  private final ModelPartition model;

  ModelQueueStore(ModelPartition model) {
    this.model = model;
  }

  @Override
  public List<QueueView> list() {
    return model.queues.stream().map(this::view).toList();
  }

  @Override
  public Optional<QueueView> find(String name) {
    return model.queues.contains(name) ? Optional.of(view(name)) : Optional.empty();
  }

  private QueueView view(String name) {
    Map<TaskState, Long> depth = new EnumMap<>(TaskState.class);
    for (TaskState state : TaskState.values()) {
      if (state != TaskState.BLOCKED) {
        depth.put(state, model.in(state).filter(t -> t.spec.queue().equals(name)).count());
      }
    }
    return new QueueView(name, model.paused.contains(name), depth, Map.of(), null);
  }

  @Override
  public void pause(String name) {
    model.queues.add(name);
    model.paused.add(name);
  }

  @Override
  public void resume(String name) {
    model.queues.add(name);
    model.paused.remove(name);
  }

  @Override
  public long purge(String name) {
    List<ModelTask> waiting =
        model
            .in(TaskState.PENDING, TaskState.SCHEDULED, TaskState.RETRYING)
            .filter(t -> t.spec.queue().equals(name))
            .toList();
    waiting.forEach(t -> model.end(t, TaskState.CANCELLED, Reason.PURGED));
    model.finishRuns();
    return waiting.size();
  }

  @Override
  public int repairSettings() {
    return 0;
  }
}
