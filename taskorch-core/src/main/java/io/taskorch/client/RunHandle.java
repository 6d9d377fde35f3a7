package io.taskorch.client;

import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import java.time.Duration;

/** A workflow run that was started. */
public final class RunHandle {

  private final WorkflowClient client;
  private final String id;

  RunHandle(WorkflowClient client, String id) {
    this.client = client;
    this.id = id;
  }

  public String id() {
    return id;
  }

  /**
   * Waits for the end, whichever it is.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws io.taskorch.task.TaskNotFoundException it has been deleted
   */
  public Run await(Duration longest) {
    return client.await(id, longest);
  }

  /**
   * @throws io.taskorch.task.TaskNotFoundException it has been deleted
   */
  public RunState state() {
    return client.get(id).state();
  }

  /** See {@link WorkflowClient#cancel}. */
  public void cancel() {
    client.cancel(id);
  }

  @Override
  public String toString() {
    return "workflow run " + id;
  }
}
