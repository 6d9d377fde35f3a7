package io.taskorch.api.batch;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.api.task.TaskBody;
import io.taskorch.batch.BatchSpec;
import io.taskorch.task.TaskSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A batch as it is submitted. */
@Schema(name = "NewBatch")
record BatchBody(
    @Schema(description = "its first members, at most 10,000; more can be added")
        List<TaskBody> tasks,
    @Schema(description = "a task that comes about once all members have succeeded")
        @Nullable TaskBody onSuccess,
    @Schema(description = "a task that comes about once all members have ended")
        @Nullable TaskBody onFinish,
    @Schema(description = "a task that comes about when the first member has failed for good")
        @Nullable TaskBody onFailure,
    @Schema(description = "taken by tasks that name none", example = "tenant-7")
        @Nullable String group,
    @Schema(description = "the batch that it is to be a member of") @Nullable String parent,
    @Schema(description = "the same again within 24 h gives the first batch")
        @Nullable String idempotencyKey) {

  /**
   * Reads a batch.
   *
   * @throws io.taskorch.api.input.InvalidRequestException naming everything that is wrong
   */
  static BatchSpec read(Fields in, @Nullable String idempotencyKey) {
    BatchSpec.Builder builder =
        BatchSpec.builder()
            .tasks(tasks(in))
            .group(in.text("group"))
            .parent(in.text("parent"))
            .idempotencyKey(idempotencyKey);
    readCallback(in, "on_success", builder::onSuccess);
    readCallback(in, "on_finish", builder::onFinish);
    readCallback(in, "on_failure", builder::onFailure);
    // Checked as a whole only when every part is right: else places would be off.
    in.refusals().throwIfAny();
    return in.finish(builder::build);
  }

  /** The tasks of a body; those that were refused are left out, which is noted then. */
  static List<TaskSpec> tasks(Fields in) {
    List<TaskSpec> tasks = new ArrayList<>();
    for (Fields task : in.requiredObjects("tasks", TaskBody.class, BatchSpec.MOST_TASKS)) {
      TaskSpec made = TaskBody.readPart(task);
      if (made != null) {
        tasks.add(made);
      }
    }
    return tasks;
  }

  private static void readCallback(Fields in, String name, Consumer<@Nullable TaskSpec> put) {
    Fields callback = in.object(name, TaskBody.class);
    put.accept(callback == null ? null : TaskBody.readPart(callback));
  }
}
