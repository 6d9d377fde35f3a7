package io.taskorch.schedule;

import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import org.jspecify.annotations.Nullable;

/** What a firing starts. */
public sealed interface Target {

  /**
   * A task.
   *
   * @param task without {@code delay}, {@code runAt}, {@code startBefore} and {@code
   *     idempotencyKey}: the firing decides these
   */
  record OfTask(TaskSpec task) implements Target {}

  /**
   * A run of a stored workflow definition.
   *
   * @param workflow the definition's name
   * @param version null for the latest when it fires
   * @param input at most {@link TaskSpec#MOST_PAYLOAD_BYTES}
   */
  record OfWorkflow(String workflow, @Nullable Integer version, Json input) implements Target {}
}
