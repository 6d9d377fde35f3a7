package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.problem.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of many tasks.
 *
 * @param tasks in the order in which they were sent
 */
@Schema(name = "SubmittedTasks")
record BatchView(List<Row> tasks) {

  /**
   * What became of one: an id or an error.
   *
   * @param created false when the idempotency key stood for the task already
   */
  @Schema(name = "SubmittedTask")
  record Row(@Nullable String id, @Nullable Boolean created, @Nullable Problem error) {}
}
