package io.taskorch.store;

import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Queues as a whole. A queue exists from its first task or setting on. */
public interface QueueStore {

  /** All queues, by name. */
  List<QueueView> list();

  Optional<QueueView> find(String name);

  /** Stops claims from the queue; what runs goes on. Pausing a paused queue changes nothing. */
  void pause(String name);

  void resume(String name);

  /**
   * Cancels everything that waits in the queue.
   *
   * @return how many tasks that were
   */
  long purge(String name);

  /**
   * Puts the settings of every queue right in the partitions that missed a change.
   *
   * @return how many partitions were behind, summed over the queues
   */
  int repairSettings();

  /**
   * A queue as it stands.
   *
   * @param depth tasks by state, every state but {@code BLOCKED} named
   * @param aside ready tasks that stand aside because some worker could not take them, by what they
   *     need; part of {@code depth} of {@code PENDING}
   * @param oldestPendingAge null when nothing is ready; an estimate from the front of each priority
   */
  record QueueView(
      String name,
      boolean paused,
      Map<TaskState, Long> depth,
      Map<Demand, Long> aside,
      @Nullable Duration oldestPendingAge) {
    public QueueView {
      depth = Map.copyOf(depth);
      aside = Map.copyOf(aside);
    }

    /** How many stand aside of each type. */
    public Map<String, Long> waitingByType() {
      return aside.entrySet().stream()
          .collect(
              Collectors.groupingBy(
                  entry -> entry.getKey().type(), Collectors.summingLong(Map.Entry::getValue)));
    }
  }
}
