package io.taskorch.api.limit;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.LimitStore;
import org.jspecify.annotations.Nullable;

/** A group of a queue as it stands. */
@Schema(name = "Group")
record GroupView(
    String queue,
    String group,
    boolean paused,
    @Schema(description = "turns to one of a group without a weight") int weight,
    @Schema(description = "tasks that run, where groups have a concurrency") long running,
    @Schema(description = "how many are left of its rate") @Nullable Long tokens) {

  static GroupView of(LimitStore.GroupView group) {
    return new GroupView(
        group.queue(),
        group.group(),
        group.paused(),
        group.weight(),
        group.use().running(),
        group.use().tokens());
  }
}
