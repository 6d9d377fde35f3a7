package io.taskorch.observe;

import io.taskorch.batch.Batch;
import io.taskorch.store.BatchStore;
import io.taskorch.store.NewBatch;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.task.TaskSpec;
import java.util.List;
import java.util.Optional;

/** Counts the tasks that batches begin with; what is added goes through the store of tasks. */
final class MeteredBatchStore implements BatchStore {

  private final BatchStore batches;
  private final TaskMeters meters;

  MeteredBatchStore(BatchStore batches, TaskMeters meters) {
    this.batches = batches;
    this.meters = meters;
  }

  @Override
  public List<Enqueued> start(NewBatch batch) {
    List<Enqueued> members = batches.start(batch);
    for (Enqueued member : members) {
      if (member.created()) {
        TaskSpec spec = member.task().spec();
        meters.of(spec.queue(), spec.type()).created();
      }
    }
    return members;
  }

  @Override
  public Optional<Batch> find(String id) {
    return batches.find(id);
  }

  @Override
  public Batch cancel(String id) {
    return batches.cancel(id);
  }
}
