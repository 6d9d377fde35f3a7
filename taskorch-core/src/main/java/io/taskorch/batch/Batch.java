package io.taskorch.batch;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it stands. Its members are tasks and the batches in it; each counts as one.
 *
 * @param parentId the batch that it is a member of
 * @param group what members take that name none
 * @param finishedAt null while it runs
 * @param total members ever added
 * @param waiting those that have not ended and do not run
 * @param running those that run; a batch that has not ended does
 * @param cancelled those that ended otherwise than {@code SUCCEEDED} or {@code FAILED}
 * @param onFailureId the callback's task, once it has come about; null before and without one
 * @param onSuccessId likewise
 * @param onFinishId likewise
 */
public record Batch(
    String id,
    BatchState state,
    @Nullable String parentId,
    @Nullable String group,
    boolean cancelRequested,
    Instant createdAt,
    @Nullable Instant finishedAt,
    int total,
    int waiting,
    int running,
    int succeeded,
    int failed,
    int cancelled,
    @Nullable String onFailureId,
    @Nullable String onSuccessId,
    @Nullable String onFinishId) {}
