package io.taskorch.store;

import io.taskorch.batch.Batch;
import io.taskorch.store.TaskStore.Enqueued;
import java.util.List;
import java.util.Optional;

/**
 * The moves and reads of batches. A task is a member of the batch that its spec is linked to from
 * the moment that it is enqueued.
 */
public interface BatchStore {

  /**
   * Stores a batch with its first members, which start as they come in; nobody sees the batch
   * before the last one is there. One that is stored already is left as it is, one of which a part
   * is stored is completed.
   *
   * @return what became of its members, in their order; empty when it was stored before
   * @throws io.taskorch.task.InvalidTaskException it cannot be a member of its parent, or there is
   *     too much of it
   * @throws io.taskorch.task.BatchClosedException its parent takes no more members
   * @throws io.taskorch.task.StorageFullException there is no room; if not all members could be
   *     stored the batch is cancelled in a while
   */
  List<Enqueued> start(NewBatch batch);

  Optional<Batch> find(String id);

  /**
   * Cancels the members that wait and asks those to stop that run; the batch takes no more from
   * then on. On a cancelled one it changes nothing.
   *
   * @throws io.taskorch.task.TaskNotFoundException no such batch
   * @throws io.taskorch.batch.IllegalBatchMoveException it ended otherwise before
   */
  Batch cancel(String id);
}
