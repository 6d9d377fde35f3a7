package io.taskorch.redis;

import io.taskorch.store.Partitions;
import io.taskorch.store.QueueStore;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Queues as a whole. A queue's settings have their home in the partition that its name gives, and a
 * copy with their version in every other, where claims look.
 */
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

  RedisQueueStore(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
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
      List<Object> reply = calls.list(partition, "task/depths", Args.of().addAll(queues));
      long now = Replies.number(reply.get(0));
      int width = COUNTED.size() + 3;
      for (int i = 2; i < reply.size(); i += width) {
        sums.computeIfAbsent(Replies.text(reply.get(i)), Sum::new)
            .add(reply.subList(i + 1, i + width), now);
      }
      List<?> lanes = (List<?>) reply.get(1);
      for (int i = 0; i < lanes.size(); i += 2) {
        String[] lane = Replies.text(lanes.get(i)).split(":", 2);
        Sum sum = sums.get(lane[0]);
        if (sum != null) {
          sum.addLane(lane[1], Replies.number(lanes.get(i + 1)));
        }
      }
    }
    return sums.values().stream().map(Sum::view).toList();
  }

  /** A queue over all partitions. */
  private static final class Sum {
    private final String name;
    private final Map<TaskState, Long> depth = new EnumMap<>(TaskState.class);
    private final Map<String, Long> lanes = new HashMap<>();
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

    void addLane(String type, long count) {
      if (count > 0) {
        lanes.merge(type, count, Long::sum);
        depth.merge(TaskState.PENDING, count, Long::sum);
      }
    }

    QueueView view() {
      return new QueueView(
          name, paused, depth, lanes, oldest < 0 ? null : Duration.ofMillis(oldest));
    }
  }

  @Override
  public void pause(String name) {
    set(name, true);
  }

  @Override
  public void resume(String name) {
    set(name, false);
  }

  private void set(String queue, boolean paused) {
    int home = partitions.of(queue);
    long version = settings(home, queue, "", paused);
    for (int partition = 0; partition < partitions.count(); partition++) {
      if (partition != home) {
        settings(partition, queue, Long.toString(version), paused);
      }
    }
  }

  private long settings(int partition, String queue, String version, boolean paused) {
    return calls.number(partition, "queue/settings", Args.of().add(queue).add(version).add(paused));
  }

  @Override
  public long purge(String name) {
    long total = 0;
    for (int partition = 0; partition < partitions.count(); partition++) {
      long count;
      do {
        List<String> lanes = new ArrayList<>();
        for (Object field : (List<?>) calls.list(partition, "queue/names", Args.of()).get(1)) {
          String[] lane = Replies.text(field).split(":", 2);
          if (lane[0].equals(name)) {
            lanes.add(lane[1]);
          }
        }
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
    int behind = 0;
    for (int home = 0; home < partitions.count(); home++) {
      List<Object> held = calls.list(home, "queue/versions", Args.of());
      for (int i = 0; i < held.size(); i += 3) {
        String queue = Replies.text(held.get(i));
        if (partitions.of(queue) == home) {
          behind +=
              repair(queue, home, Replies.number(held.get(i + 1)), Replies.flag(held.get(i + 2)));
        }
      }
    }
    return behind;
  }

  private int repair(String queue, int home, long version, boolean paused) {
    int behind = 0;
    for (int partition = 0; partition < partitions.count(); partition++) {
      if (partition != home
          && versionIn(partition, queue) < version
          && settings(partition, queue, Long.toString(version), paused) == version) {
        behind++;
      }
    }
    return behind;
  }

  private long versionIn(int partition, String queue) {
    List<Object> held = calls.list(partition, "queue/versions", Args.of());
    for (int i = 0; i < held.size(); i += 3) {
      if (Replies.text(held.get(i)).equals(queue)) {
        return Replies.number(held.get(i + 1));
      }
    }
    return 0;
  }
}
