package io.taskorch.observe;

import io.taskorch.store.QueueStore;
import io.taskorch.task.TaskState;
import java.util.List;
import java.util.Optional;

/** Counts what a purge ends. */
final class MeteredQueueStore implements QueueStore {

  private final QueueStore queues;
  private final TaskMeters meters;

  MeteredQueueStore(QueueStore queues, TaskMeters meters) {
    this.queues = queues;
    this.meters = meters;
  }

  @Override
  public List<QueueView> list() {
    return queues.list();
  }

  @Override
  public Optional<QueueView> find(String name) {
    return queues.find(name);
  }

  @Override
  public void pause(String name) {
    queues.pause(name);
  }

  @Override
  public void resume(String name) {
    queues.resume(name);
  }

  @Override
  public long purge(String name) {
    long purged = queues.purge(name);
    if (purged > 0) {
      meters.of(name, Labels.OTHER).ended(TaskState.CANCELLED, purged);
    }
    return purged;
  }

  @Override
  public int repairSettings() {
    return queues.repairSettings();
  }
}
