package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import org.jspecify.annotations.Nullable;

/** How a task ended, or that it has not. */
@Schema(name = "TaskResult")
record ResultView(
    TaskState state,
    @Schema(description = "of a succeeded task", implementation = Object.class)
        @Nullable Json result,
    @Schema(description = "of the last attempt that failed") @Nullable TaskError error,
    @Nullable String reason) {

  static ResultView of(Task task) {
    Json result = task.result();
    return new ResultView(
        task.state(),
        task.state() == TaskState.SUCCEEDED && result == null ? Json.NULL : result,
        task.state() == TaskState.SUCCEEDED ? null : task.lastError(),
        task.reason() == null ? null : task.reason().word());
  }
}
