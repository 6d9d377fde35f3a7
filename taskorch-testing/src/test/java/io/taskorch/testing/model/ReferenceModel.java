package io.taskorch.testing.model;

import io.taskorch.store.BatchStore;
import io.taskorch.store.DefinitionStore;
import io.taskorch.store.EventLog;
import io.taskorch.store.Hints;
import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.LimitStore;
import io.taskorch.store.Partitions;
import io.taskorch.store.QueueStore;
import io.taskorch.store.RunStore;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.WorkerRegistry;
import java.util.List;

/**
 * What one partition does, in plain Java and from the contract: slow, in memory, one thread, and
 * with a clock that stands where it is put. The real store is compared with it call by call.
 */
final class ReferenceModel implements Stores {

  final ModelPartition partition;
  private final TaskStore tasks;
  private final TaskUpkeep upkeep;

  ReferenceModel(ModelPartition partition) {
    this.partition = partition;
    this.tasks = new ModelTaskStore(partition);
    this.upkeep = new ModelTaskUpkeep(partition);
  }

  @Override
  public TaskStore tasks() {
    return tasks;
  }

  @Override
  public TaskUpkeep upkeep() {
    return upkeep;
  }

  @Override
  public QueueStore queues() {
    return new ModelQueueStore(partition);
  }

  @Override
  public TaskQuery query() {
    return new ModelTaskQuery(partition);
  }

  @Override
  public RunStore runs() {
    return new ModelRunStore(partition);
  }

  @Override
  public TaskLogs logs() {
    return (id, after, most) -> {
      ModelTask task = partition.tasks.get(id);
      return new TaskLogs.LogPage(task == null ? List.of() : task.log, 0);
    };
  }

  @Override
  public Partitions partitions() {
    return new Partitions(1);
  }

  @Override
  public WorkerRegistry workers() {
    throw new UnsupportedOperationException();
  }

  @Override
  public IdempotencyStore idempotency() {
    throw new UnsupportedOperationException();
  }

  @Override
  public LimitStore limits() {
    throw new UnsupportedOperationException();
  }

  @Override
  public DefinitionStore definitions() {
    throw new UnsupportedOperationException();
  }

  @Override
  public EventLog events() {
    throw new UnsupportedOperationException();
  }

  @Override
  public BatchStore batches() {
    throw new UnsupportedOperationException();
  }

  @Override
  public ScheduleStore schedules() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Hints hints() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void ping() {}

  @Override
  public void close() {}
}
