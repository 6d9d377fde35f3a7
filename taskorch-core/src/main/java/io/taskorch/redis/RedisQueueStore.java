package io.taskorch.redis;

import io.taskorch.store.Demand;
import io.taskorch.store.Partitions;
import io.taskorch.store.QueueStore;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Queues as a whole. */
final class RedisQueueStore implements QueueStore {

  /** In the order of the script's reply. */
  private static final List<TaskState> COUNTED =
      List.of(
          TaskState.SCHEDULED,
          TaskState.PENDING,
          TaskState.RUNNING,
          TaskState.RETRYING,
          TaskState.SUCCEEDED,
          TaskState.FAILED,
          TaskState.CANCELLED,
          TaskState.SKIPPED);

  private final RedisCalls calls;
  private final Partitions partitions;
  private final QueueSettings settings;

  RedisQueueStore(RedisCalls calls, Partitions partitions, QueueSettings settings) {
    this.calls = calls;
    this.partitions = partitions;
    this.settings = settings;
  }

  @Override
  public List<QueueView> list() {
    return read(List.of());
  }

  @Override
  public Optional<QueueView> find(String name) {
    boolean known = false;
    for (int partition = 0; partition < partitions.count() && !known; partition++) {
      known = names(partition).contains(name);
    }
    return known ? read(List.of(name)).stream().findFirst() : Optional.empty();
  }

  private List<String> names(int partition) {
    return ((List<?>) calls.list(partition, "queue/names", Args.of()).get(0))
        .stream().map(Replies::text).toList();
  }

  private List<QueueView> read(List<String> queues) {
    Map<String, Sum> sums = new TreeMap<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      add(partition, queues, sums);
    }
    return sums.values().stream().map(Sum::view).toList();
  }

  private void add(int partition, List<String> queues, Map<String, Sum> sums) {
    List<Object> reply = calls.list(partition, "task/depths", Args.of().addAll(queues));
    long now = Replies.number(reply.get(0));
    int width = COUNTED.size() + 3;
    for (int i = 2; i < reply.size(); i += width) {
      sums.computeIfAbsent(Replies.text(reply.get(i)), Sum::new)
          .add(reply.subList(i + 1, i + width), now);
    }
    List<?> lanes = (List<?>) reply.get(1);
    for (int i = 0; i < lanes.size(); i += 2) {
      Lane lane = Lane.parse(lanes.get(i));
      Sum sum = sums.get(lane.queue());
      if (sum != null) {
        sum.addLane(lane.demand(), Replies.number(lanes.get(i + 1)));
      }
    }
  }

  /** How many tasks of a queue have not ended in all partitions but its home. */
  long countOutside(int home, String queue) {
    Map<String, Sum> sums = new TreeMap<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      if (partition != home) {
        add(partition, List.of(queue), sums);
      }
    }
    return sums.values().stream()
        .flatMap(sum -> sum.view().depth().entrySet().stream())
        .filter(depth -> !depth.getKey().isFinal())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** A queue over all partitions. */
  private static final class Sum {
    private final String name;
    private final Map<TaskState, Long> depth = new EnumMap<>(TaskState.class);
    private final Map<Demand, Long> aside = new HashMap<>();
    private boolean paused;
    private long oldest = -1;

    Sum(String name) {
      this.name = name;
    }

    void add(List<Object> row, long now) {
      paused |= Replies.flag(row.get(0));
      for (int i = 0; i < COUNTED.size(); i++) {
        depth.merge(COUNTED.get(i), Replies.number(row.get(i + 1)), Long::sum);
      }
      long since = Replies.number(row.get(COUNTED.size() + 1));
      if (since > 0) {
        oldest = Math.max(oldest, now - since);
      }
    }

    void addLane(Demand demand, long count) {
      if (count > 0) {
        aside.merge(demand, count, Long::sum);
        depth.merge(TaskState.PENDING, count, Long::sum);
      }
    }

    QueueView view() {
      return new QueueView(
          name, paused, depth, aside, oldest < 0 ? null : Duration.ofMillis(oldest));
    }
  }

  @Override
  public void pause(String name) {
    settings.pause(name, true);
  }

  @Override
  public void resume(String name) {
    settings.pause(name, false);
  }

  @Override
  public long purge(String name) {
    long total = 0;
    for (int partition = 0; partition < partitions.count(); partition++) {
      long count;
      do {
        List<String> lanes = Lane.of(calls, partition, name).stream().map(Lane::name).toList();
        count =
            calls.number(
                partition,
                "task/purge_queue",
                Args.of().add(name).add(RedisTaskStore.MOST_TASKS).addAll(lanes));
        total += count;
      } while (count > 0);
    }
    return total;
  }

  @Override
  public int repairSettings() {
    return settings.repair();
  }
}
