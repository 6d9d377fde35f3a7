package io.taskorch.api.queue;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.QueueStore;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A queue as it stands.
 *
 * @param depth tasks by state
 * @param waitingByType ready tasks that stand aside because some worker could not take them, for
 *     want of a handler, a label or slots; part of the depth
 * @param oldestPendingAge null when nothing is ready
 */
@Schema(name = "Queue")
record QueueView(
    String name,
    boolean paused,
    Map<TaskState, Long> depth,
    Map<String, Long> waitingByType,
    @JsonInclude(JsonInclude.Include.ALWAYS) @Schema(implementation = String.class)
        @Nullable Duration oldestPendingAge) {

  static QueueView of(QueueStore.QueueView queue) {
    return new QueueView(
        queue.name(),
        queue.paused(),
        new EnumMap<>(queue.depth()),
        new TreeMap<>(queue.waitingByType()),
        queue.oldestPendingAge());
  }

  /** All queues, by name. */
  @Schema(name = "Queues")
  record All(List<QueueView> queues) {}

  /** What a purge did. */
  @Schema(name = "Purged")
  record Purged(long purged) {}
}
