package io.taskorch.api.batch;

import io.micronaut.http.HttpRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.problem.Problem;
import io.taskorch.api.problem.TaskorchErrors;
import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchState;
import io.taskorch.client.BatchSubmission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch as it is read back. Its members are tasks and the batches in it. */
@Schema(name = "Batch")
record BatchView(
    String id,
    BatchState state,
    @Schema(description = "the batch that it is a member of") @Nullable String parent,
    @Nullable String group,
    boolean cancelRequested,
    Instant createdAt,
    @Nullable Instant finishedAt,
    @Schema(description = "members ever added") int total,
    int waiting,
    int running,
    int succeeded,
    int failed,
    @Schema(description = "members that ended otherwise") int cancelled,
    @Schema(description = "the task, once it has come about") @Nullable String onSuccessId,
    @Schema(description = "the task, once it has come about") @Nullable String onFinishId,
    @Schema(description = "the task, once it has come about") @Nullable String onFailureId,
    @Schema(description = "tasks of this submission that are no members")
        @Nullable List<RefusedTask> refused) {

  /**
   * A task that is no member.
   *
   * @param index its place in the submission, from 0
   */
  record RefusedTask(int index, Problem error) {}

  /** The answer to a submission. */
  static BatchView of(HttpRequest<?> request, BatchSubmission submission) {
    List<RefusedTask> refused = new ArrayList<>();
    submission
        .refused()
        .forEach(
            (index, error) ->
                refused.add(new RefusedTask(index, TaskorchErrors.problem(request, error))));
    return of(submission.batch(), refused.isEmpty() ? null : refused);
  }

  static BatchView of(Batch batch) {
    return of(batch, null);
  }

  private static BatchView of(Batch batch, @Nullable List<RefusedTask> refused) {
    return new BatchView(
        batch.id(),
        batch.state(),
        batch.parentId(),
        batch.group(),
        batch.cancelRequested(),
        batch.createdAt(),
        batch.finishedAt(),
        batch.total(),
        batch.waiting(),
        batch.running(),
        batch.succeeded(),
        batch.failed(),
        batch.cancelled(),
        batch.onSuccessId(),
        batch.onFinishId(),
        batch.onFailureId(),
        refused);
  }
}
