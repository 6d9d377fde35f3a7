package io.taskorch.redis;

import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.store.Partitions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What queues are set to: whether they are paused, and their limits. A queue's settings have their
 * home in the partition that its name gives, and a copy with their version in every other, where
 * claims look.
 */
final class QueueSettings {

  /** What the script takes for a setting that stays as it is. */
  private static final String AS_IT_IS = "=";

  /** What the script answers that lacks weights. */
  private static final long STAGE = -1;

  /** What it answers to a new queue when there are as many as can be. */
  private static final long TOO_MANY = -2;

  private static final Duration STAGED_KEPT = Duration.ofMinutes(10);

  /** How often settings are read anew because somebody changes them. */
  private static final int MOST_ATTEMPTS = 20;

  private static final String BEGIN = "0";

  private final RedisCalls calls;
  private final Partitions partitions;

  QueueSettings(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
  }

  /**
   * Settings as the script takes them.
   *
   * @param version empty for one more than what is there
   * @param together limits of the queue, see {@link LimitCodec}
   * @param perGroup limits of each of its groups
   * @param digest of the groups' weights
   */
  private record Settings(
      String version, String paused, String together, String perGroup, String digest) {}

  void pause(String queue, boolean paused) {
    change(queue, new Settings("", paused ? "1" : "0", AS_IT_IS, AS_IT_IS, AS_IT_IS), Map.of());
  }

  /**
   * @param limits null for none
   */
  void limit(String queue, @Nullable QueueLimits limits) {
    GroupLimits perGroup = limits == null ? null : limits.perGroup();
    Map<String, Integer> weights = perGroup == null ? Map.of() : perGroup.weights();
    change(
        queue,
        new Settings(
            "",
            AS_IT_IS,
            LimitCodec.encode(limits == null ? null : limits.together()),
            LimitCodec.encode(perGroup),
            LimitCodec.digest(weights)),
        weights);
  }

  private void change(String queue, Settings settings, Map<String, Integer> weights) {
    int home = partitions.of(queue);
    long unused = put(home, queue, settings, weights);
    for (int partition = 0; partition < partitions.count(); partition++) {
      if (partition != home) {
        long copied = copy(queue, partition);
      }
    }
  }

  private long copy(String queue, int partition) {
    int home = partitions.of(queue);
    Settings settings = read(home, queue);
    Map<String, Integer> weights = weights(home, queue);
    for (int i = 0; i < MOST_ATTEMPTS && !settings.digest.equals(LimitCodec.digest(weights)); i++) {
      settings = read(home, queue);
      weights = weights(home, queue);
    }
    return put(partition, queue, settings, weights);
  }

  /**
   * @return the version that holds there now
   */
  private long put(int partition, String queue, Settings settings, Map<String, Integer> weights) {
    String rateBefore = read(partition, queue).perGroup;
    Args args =
        Args.of()
            .add(queue)
            .add(settings.version)
            .add(settings.paused)
            .add(settings.together)
            .add(settings.perGroup)
            .add(settings.digest)
            .add(weights.size());
    long held = calls.number(partition, "queue/settings", args);
    while (held == STAGE) {
      stage(partition, queue, settings.digest, weights);
      held = calls.number(partition, "queue/settings", args);
    }
    if (held == TOO_MANY) {
      throw RedisTaskStore.tooManyQueues();
    }
    if (!settings.perGroup.equals(AS_IT_IS)) {
      reopen(partition, queue, rateBefore, settings.perGroup);
    }
    return held;
  }

  private void stage(int partition, String queue, String digest, Map<String, Integer> weights) {
    for (Chunk<Map.Entry<String, Integer>> chunk :
        Chunk.split(List.copyOf(weights.entrySet()), entry -> partition, entry -> 0)) {
      Args args = Args.of().add(queue).add(digest).add(STAGED_KEPT.toMillis());
      chunk.items().forEach(entry -> args.add(entry.getKey()).add(entry.getValue()));
      calls.word(partition, "queue/stage", args);
    }
  }

  private void reopen(int partition, String queue, String before, String after) {
    boolean newRate = !Objects.equals(LimitCodec.rate(before), LimitCodec.rate(after));
    String place = BEGIN;
    do {
      place = calls.word(partition, "group/reopen", Args.of().add(queue).add(place).add(newRate));
    } while (!place.equals(BEGIN));
  }

  private Settings read(int partition, String queue) {
    List<Object> reply = calls.list(partition, "queue/read", Args.of().add(queue));
    return new Settings(
        Replies.text(reply.get(0)),
        Replies.text(reply.get(1)),
        Replies.text(reply.get(2)),
        Replies.text(reply.get(3)),
        Replies.text(reply.get(4)));
  }

  private Map<String, Integer> weights(int partition, String queue) {
    Map<String, Integer> weights = new HashMap<>();
    String place = BEGIN;
    do {
      List<Object> reply = calls.list(partition, "queue/weights", Args.of().add(queue).add(place));
      place = Replies.text(reply.get(0));
      for (int i = 1; i < reply.size(); i += 2) {
        weights.put(Replies.text(reply.get(i)), (int) Replies.number(reply.get(i + 1)));
      }
    } while (!place.equals(BEGIN));
    return weights;
  }

  /** The limits of a queue; null when it has none. */
  @Nullable QueueLimits limits(String queue) {
    int home = partitions.of(queue);
    Settings settings = read(home, queue);
    var together = LimitCodec.limits(settings.together);
    var perGroup = LimitCodec.groupLimits(settings.perGroup, weights(home, queue));
    return together == null && perGroup == null ? null : new QueueLimits(together, perGroup);
  }

  /**
   * Puts the settings of every queue right in the partitions that missed a change.
   *
   * @return how many partitions were behind, summed over the queues
   */
  int repair() {
    if (partitions.count() == 1) {
      return 0;
    }
    List<Map<String, Long>> versions = new ArrayList<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      versions.add(versions(partition));
    }
    int behind = 0;
    for (int home = 0; home < partitions.count(); home++) {
      for (Map.Entry<String, Long> held : versions.get(home).entrySet()) {
        if (partitions.of(held.getKey()) == home) {
          behind += repair(held.getKey(), held.getValue(), versions);
        }
      }
    }
    return behind;
  }

  private int repair(String queue, long version, List<Map<String, Long>> versions) {
    int behind = 0;
    for (int partition = 0; partition < partitions.count(); partition++) {
      if (versions.get(partition).getOrDefault(queue, 0L) < version
          && copy(queue, partition) >= version) {
        behind++;
      }
    }
    return behind;
  }

  private Map<String, Long> versions(int partition) {
    List<Object> reply = calls.list(partition, "queue/versions", Args.of());
    Map<String, Long> versions = new HashMap<>();
    for (int i = 0; i < reply.size(); i += 2) {
      versions.put(Replies.text(reply.get(i)), Replies.number(reply.get(i + 1)));
    }
    return versions;
  }
}
