package io.taskorch.store;

import io.taskorch.task.TaskSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch to be stored under ids that the caller has made, so that the call may be repeated. All of
 * them are of one partition.
 *
 * @param members linked to the batch
 * @param parentId the batch that it is a member of
 * @param group taken by members that name none
 */
public record NewBatch(
    String id,
    List<NewTask> members,
    @Nullable TaskSpec onFailure,
    @Nullable TaskSpec onSuccess,
    @Nullable TaskSpec onFinish,
    @Nullable String parentId,
    @Nullable String group) {

  public NewBatch {
    members = List.copyOf(members);
  }
}
