package io.taskorch.api.task;

import io.micronaut.http.HttpRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.problem.Problem;
import io.taskorch.api.problem.TaskorchErrors;
import io.taskorch.client.BatchRow;
import io.taskorch.task.TaskorchException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of many tasks.
 *
 * @param tasks in the order in which they were sent
 */
@Schema(name = "SubmittedTasks")
public record SubmittedView(List<Row> tasks) {

  /**
   * What became of one: an id or an error.
   *
   * @param created false when another task stands for it, or it was there before
   */
  @Schema(name = "SubmittedTask")
  record Row(@Nullable String id, @Nullable Boolean created, @Nullable Problem error) {

    static Row of(HttpRequest<?> request, BatchRow row) {
      return switch (row) {
        case BatchRow.Accepted(var submission) ->
            new Row(submission.task().id(), submission.created(), null);
        case BatchRow.Refused(var error) -> refused(request, error);
      };
    }

    static Row refused(HttpRequest<?> request, TaskorchException error) {
      return new Row(null, null, TaskorchErrors.problem(request, error));
    }
  }

  public static SubmittedView of(HttpRequest<?> request, List<BatchRow> rows) {
    return new SubmittedView(rows.stream().map(row -> Row.of(request, row)).toList());
  }
}
