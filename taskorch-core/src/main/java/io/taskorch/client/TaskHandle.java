package io.taskorch.client;

import io.taskorch.task.TaskState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task that was submitted.
 *
 * @param <R> what its result is read as
 */
public final class TaskHandle<R> {

  private final TaskClient client;
  private final String id;
  private final Class<R> result;

  TaskHandle(TaskClient client, String id, Class<R> result) {
    this.client = client;
    this.id = id;
    this.result = result;
  }

  public String id() {
    return id;
  }

  /**
   * Waits for the end.
   *
   * @return the result; null when the handler returned none
   * @throws TaskFailedException it failed for good
   * @throws TaskCancelledException it was cancelled or skipped
   * @throws AwaitTimeoutException it has not ended in time
   * @throws io.taskorch.task.TaskNotFoundException it has been deleted
   */
  public @Nullable R await(Duration longest) {
    return client.result(client.await(id, longest), result);
  }

  /**
   * @throws io.taskorch.task.TaskNotFoundException it has been deleted
   */
  public TaskState state() {
    return client.get(id).state();
  }

  /** See {@link TaskClient#cancel}. */
  public void cancel() {
    client.cancel(id);
  }

  @Override
  public String toString() {
    return "task " + id;
  }
}
