package io.taskorch.api.batch;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchState;
import java.time.Instant;
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
    @Schema(description = "the task, once it has come about") @Nullable String onFailureId) {

  static BatchView of(Batch batch) {
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
        batch.onFailureId());
  }
}
