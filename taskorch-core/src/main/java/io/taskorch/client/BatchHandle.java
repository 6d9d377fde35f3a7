package io.taskorch.client;

import io.taskorch.batch.Batch;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that was submitted. */
public final class BatchHandle {

  private final BatchClient client;
  private final String id;

  BatchHandle(BatchClient client, String id) {
    this.client = client;
    this.id = id;
  }

  public String id() {
    return id;
  }

  /**
   * The batch as it stands.
   *
   * @throws io.taskorch.task.TaskNotFoundException it has been deleted
   */
  public Batch get() {
    return client.get(id);
  }

  /** See {@link BatchClient#add(String, List, String)}; without a key. */
  public List<BatchRow> add(List<TaskSpec> tasks) {
    return client.add(id, tasks, null);
  }

  /**
   * Adds a task with every default.
   *
   * @param payload written as JSON. Its type may be {@link Unique}
   * @throws io.taskorch.task.TaskorchException what {@link TaskClient#submit} throws, and {@link
   *     io.taskorch.task.BatchClosedException}
   */
  public void add(String type, @Nullable Object payload) {
    client.add(id, type, payload);
  }

  /**
   * Waits for the end, whichever it is. A callback may not have ended by then.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws io.taskorch.task.TaskNotFoundException it has been deleted
   */
  public Batch await(Duration longest) {
    return client.await(id, longest);
  }

  /** See {@link BatchClient#cancel}. */
  public void cancel() {
    client.cancel(id);
  }

  @Override
  public String toString() {
    return "batch " + id;
  }
}
