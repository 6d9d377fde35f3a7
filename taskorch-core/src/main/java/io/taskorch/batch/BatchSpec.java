package io.taskorch.batch;

import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violations;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch as it is submitted. Callbacks are tasks that come about with the batch's progress, each
 * once; they are no members.
 *
 * @param tasks its first members, at most {@link #MOST_TASKS}, none with an idempotency key
 * @param onSuccess once all members have succeeded
 * @param onFinish once all members have ended, however
 * @param onFailure when the first member has failed for good
 * @param group taken by members and callbacks that name none
 * @param parentId the batch that it is a member of
 * @param idempotencyKey the same key again within 24 h gives the first batch
 */
public record BatchSpec(
    List<TaskSpec> tasks,
    @Nullable TaskSpec onSuccess,
    @Nullable TaskSpec onFinish,
    @Nullable TaskSpec onFailure,
    @Nullable String group,
    @Nullable String parentId,
    @Nullable String idempotencyKey) {

  /** In one submission; more can be added. */
  public static final int MOST_TASKS = 10_000;

  /** In a batch, ever. */
  public static final int MOST_MEMBERS = 100_000;

  /** How many batches may contain one another. */
  public static final int DEEPEST = 10;

  /**
   * @throws io.taskorch.task.InvalidTaskException naming every field that is wrong
   */
  public BatchSpec {
    tasks = List.copyOf(tasks);
    Violations wrong = new Violations();
    checkMembers(wrong, tasks);
    checkCallback(wrong, "/on_success", onSuccess);
    checkCallback(wrong, "/on_finish", onFinish);
    checkCallback(wrong, "/on_failure", onFailure);
    if (group != null) {
      wrong.name("/group", group);
    }
    if (parentId != null && !TaskId.isValid(parentId)) {
      wrong.add("/parent", "invalid-id", "is not an id");
    }
    checkKey(wrong, idempotencyKey);
    wrong.throwIfAny();
  }

  /** Notes what is wrong with tasks that are to be members. */
  public static void checkMembers(Violations wrong, List<TaskSpec> tasks) {
    if (tasks.size() > MOST_TASKS) {
      wrong.add("/tasks", "out-of-range", "has more than 10000 entries");
    }
    for (int i = 0; i < tasks.size() && !wrong.isFull(); i++) {
      if (tasks.get(i).idempotencyKey() != null) {
        wrong.add(
            "/tasks/" + i + "/idempotency_key", "conflict", "is for all of them, not for one");
      }
    }
  }

  /** Notes what is wrong with the key of a submission. */
  public static void checkKey(Violations wrong, @Nullable String key) {
    if (key != null && (key.isEmpty() || key.length() > TaskSpec.LONGEST_IDEMPOTENCY_KEY)) {
      wrong.add("/idempotency_key", "out-of-range", "is not 1 to 256 characters long");
    }
  }

  /** A callback is stored before its time has come, and then becomes ready without further ado. */
  private static void checkCallback(Violations wrong, String at, @Nullable TaskSpec callback) {
    if (callback == null) {
      return;
    }
    List<String> others = new ArrayList<>();
    if (callback.unique() != null) {
      others.add("/unique");
    }
    if (callback.flow().sequence() != null) {
      others.add("/sequence");
    }
    if (callback.delay() != null) {
      others.add("/delay");
    }
    if (callback.runAt() != null) {
      others.add("/run_at");
    }
    if (callback.idempotencyKey() != null) {
      others.add("/idempotency_key");
    }
    others.forEach(field -> wrong.add(at + field, "conflict", "is not for a callback"));
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects the parts of a {@link BatchSpec}. */
  public static final class Builder {
    private final List<TaskSpec> tasks = new ArrayList<>();
    private @Nullable TaskSpec onSuccess;
    private @Nullable TaskSpec onFinish;
    private @Nullable TaskSpec onFailure;
    private @Nullable String group;
    private @Nullable String parentId;
    private @Nullable String idempotencyKey;

    private Builder() {}

    public Builder task(TaskSpec task) {
      tasks.add(task);
      return this;
    }

    public Builder tasks(List<TaskSpec> more) {
      tasks.addAll(more);
      return this;
    }

    public Builder onSuccess(@Nullable TaskSpec callback) {
      this.onSuccess = callback;
      return this;
    }

    public Builder onFinish(@Nullable TaskSpec callback) {
      this.onFinish = callback;
      return this;
    }

    public Builder onFailure(@Nullable TaskSpec callback) {
      this.onFailure = callback;
      return this;
    }

    public Builder group(@Nullable String group) {
      this.group = group;
      return this;
    }

    /** The batch that it is to be a member of. */
    public Builder parent(@Nullable String batchId) {
      this.parentId = batchId;
      return this;
    }

    public Builder idempotencyKey(@Nullable String idempotencyKey) {
      this.idempotencyKey = idempotencyKey;
      return this;
    }

    /**
     * @throws io.taskorch.task.InvalidTaskException naming every field that is wrong
     */
    public BatchSpec build() {
      return new BatchSpec(tasks, onSuccess, onFinish, onFailure, group, parentId, idempotencyKey);
    }
  }
}
