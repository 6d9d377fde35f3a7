package io.taskorch.redis;

import io.taskorch.limit.Limited;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueInUseException;
import io.taskorch.limit.QueueLimits;
import io.taskorch.limit.RateLimit;
import io.taskorch.store.LimitStore;
import io.taskorch.store.Obstacles;
import io.taskorch.store.Partitions;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Names;
import io.taskorch.task.RateLimitedException.Scope;
import io.taskorch.task.TaskId;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Limits: those of a key in its partition, those of a queue with its other settings. */
final class RedisLimitStore implements LimitStore {

  /** In a partition. */
  private static final int MOST_KEYS = 100_000;

  private static final int MOST_PAUSED_GROUPS = 100_000;

  private static final String QUEUE = "q:";
  private static final String KEY = "l:";

  /** So long what was seen of a queue is believed, and of so many at a time. */
  private static final Duration FRESH = Duration.ofSeconds(1);

  private static final int MOST_SEEN = 10_000;

  /** Whether a queue had limits, and when that was. */
  private record Seen(boolean limited, long at) {}

  private final Map<String, Seen> limited = new ConcurrentHashMap<>();
  private final RedisCalls calls;
  private final Partitions partitions;
  private final QueueSettings settings;
  private final RedisQueueStore queues;

  RedisLimitStore(
      RedisCalls calls, Partitions partitions, QueueSettings settings, RedisQueueStore queues) {
    this.calls = calls;
    this.partitions = partitions;
    this.settings = settings;
    this.queues = queues;
  }

  @Override
  public Optional<LimitedQueue> findQueue(String queue) {
    QueueLimits limits = settings.limits(queue);
    if (limits == null) {
      return Optional.empty();
    }
    Args args = Args.of().add(QUEUE + queue).add(queue);
    List<Object> reply = calls.list(partitions.of(queue), "limit/read", args);
    Limits together = limits.together();
    return Optional.of(
        new LimitedQueue(queue, limits, use(reply.get(0), reply, 2, rateOf(together))));
  }

  private static @Nullable RateLimit rateOf(@Nullable Limits limits) {
    return limits == null ? null : limits.rate();
  }

  /** Of the number of running tasks, which stands in a reply, and the bucket, which follows it. */
  private static Use use(Object now, List<Object> reply, int from, @Nullable RateLimit rate) {
    return LimitCodec.use(
        Replies.number(now),
        Replies.number(reply.get(from)),
        rate,
        Double.parseDouble(Replies.text(reply.get(from + 1))));
  }

  @Override
  public boolean isLimited(String queue) {
    Seen seen = limited.get(queue);
    if (seen == null || System.nanoTime() - seen.at > FRESH.toNanos()) {
      if (limited.size() >= MOST_SEEN) {
        limited.clear();
      }
      seen = new Seen(settings.limits(queue) != null, System.nanoTime());
      limited.put(queue, seen);
    }
    return seen.limited;
  }

  @Override
  public void limitQueue(String queue, QueueLimits limits) {
    if (partitions.count() > 1 && settings.limits(queue) == null) {
      long elsewhere = queues.countOutside(partitions.of(queue), queue);
      if (elsewhere > 0) {
        throw new QueueInUseException(queue, elsewhere);
      }
    }
    settings.limit(queue, limits);
  }

  @Override
  public void freeQueue(String queue) {
    if (settings.limits(queue) != null) {
      settings.limit(queue, null);
    }
  }

  @Override
  public Optional<LimitedKey> findKey(String key) {
    List<Object> reply =
        calls.list(partitions.of(key), "limit/read", Args.of().add(KEY + key).add(""));
    Limits limits = LimitCodec.limits(Replies.text(reply.get(1)));
    return limits == null
        ? Optional.empty()
        : Optional.of(new LimitedKey(key, limits, use(reply.get(0), reply, 2, limits.rate())));
  }

  @Override
  public LimitPage list(int limit, @Nullable String cursor) {
    if (cursor != null && !Names.isValid(cursor)) {
      throw PageCursor.broken();
    }
    Args args = Args.of().add(cursor == null ? "-" : "(" + cursor).add(limit + 1L);
    List<LimitedKey> found = new ArrayList<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      List<Object> reply = calls.list(partition, "limit/page", args);
      for (int i = 1; i < reply.size(); i += 4) {
        Limits limits = Objects.requireNonNull(LimitCodec.limits(Replies.text(reply.get(i + 1))));
        found.add(
            new LimitedKey(
                Replies.text(reply.get(i)),
                limits,
                use(reply.get(0), reply, i + 2, limits.rate())));
      }
    }
    List<LimitedKey> shown =
        found.stream().sorted(Comparator.comparing(LimitedKey::key)).limit(limit).toList();
    return new LimitPage(
        shown, shown.size() < found.size() ? Optional.of(shown.getLast().key()) : Optional.empty());
  }

  @Override
  public void limitKey(String key, Limits limits) {
    String reply =
        calls.word(
            partitions.of(key),
            "limit/save",
            Args.of().add(key).add(LimitCodec.encode(limits)).add(MOST_KEYS));
    if (reply.equals("too_many")) {
      throw tooMany("/key", "would be one key with limits too many");
    }
  }

  private static InvalidTaskException tooMany(String pointer, String detail) {
    return new InvalidTaskException(List.of(new Violation(pointer, "too-many", detail)));
  }

  @Override
  public void freeKey(String key) {
    calls.word(partitions.of(key), "limit/delete", Args.of().add(key));
  }

  @Override
  public void pauseGroup(String queue, String group) {
    pause(queue, group, true);
  }

  @Override
  public void resumeGroup(String queue, String group) {
    pause(queue, group, false);
  }

  /** Everywhere, as steps of a run lie where the run does. */
  private void pause(String queue, String group, boolean paused) {
    for (int partition = 0; partition < partitions.count(); partition++) {
      Args args = Args.of().add(queue).add(group).add(paused).add(MOST_PAUSED_GROUPS);
      // All partitions hold the same ones, so the first refuses what the others would.
      if (calls.word(partition, "group/pause", args).equals("too_many")) {
        throw tooMany("/group", "would be one paused group too many");
      }
    }
  }

  @Override
  public GroupView group(String queue, String group) {
    boolean limited = settings.limits(queue) != null;
    int home = partitions.of(limited ? queue : group);
    List<Object> reply = calls.list(home, "group/read", Args.of().add(queue).add(group));
    return new GroupView(
        queue,
        group,
        Replies.flag(reply.get(1)),
        (int) Replies.number(reply.get(2)),
        use(reply.get(0), reply, 4, LimitCodec.rate(Replies.text(reply.get(3)))));
  }

  @Override
  public Obstacles obstacles(String taskId) {
    if (!partitions.holds(taskId)) {
      return Obstacles.NONE;
    }
    List<Object> reply =
        calls.list(TaskId.partitionOf(taskId), "limit/obstacles", Args.of().add(taskId));
    if (reply.isEmpty()) {
      return Obstacles.NONE;
    }
    List<Obstacles.Gate> gates = new ArrayList<>();
    for (int i = 4; i < reply.size(); i += 5) {
      gates.add(gate(reply.subList(i, i + 5)));
    }
    String holder = Replies.text(reply.get(0));
    return new Obstacles(
        gates,
        holder.isEmpty() ? null : new Obstacles.Turn(holder, Replies.number(reply.get(1))),
        Replies.number(reply.get(2)),
        Replies.time(reply.get(3)));
  }

  private static Obstacles.Gate gate(List<Object> words) {
    Scope scope =
        switch (Replies.text(words.get(0))) {
          case "q" -> Scope.QUEUE;
          case "g" -> Scope.GROUP;
          case "l" -> Scope.LIMIT;
          default -> Scope.TYPE;
        };
    String number = Replies.text(words.get(2));
    return switch (Replies.text(words.get(1))) {
      case "f" -> {
        String oldest = Replies.text(words.get(4));
        yield new Obstacles.Full(
            scope,
            Integer.parseInt(number),
            Replies.number(words.get(3)),
            oldest.isEmpty() ? null : oldest);
      }
      case "r" -> new Obstacles.RateUsedUp(scope, Instant.ofEpochMilli(Long.parseLong(number)));
      default ->
          number.equals("inf")
              ? new Obstacles.Paused(scope)
              : new Obstacles.Closed(scope, Instant.ofEpochMilli(Long.parseLong(number)));
    };
  }

  @Override
  public Map<Limited, Declaration> declarations() {
    Map<Limited, Declaration> declarations = new HashMap<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      List<Object> reply = calls.list(partition, "limit/declared", Args.of());
      for (int i = 0; i < reply.size(); i += 2) {
        String[] words = Replies.text(reply.get(i + 1)).split(" ", 2);
        declarations.put(limited(Replies.text(reply.get(i))), new Declaration(words[0], words[1]));
      }
    }
    return declarations;
  }

  private static Limited limited(String gate) {
    return gate.startsWith(QUEUE)
        ? new Limited.Queue(gate.substring(QUEUE.length()))
        : new Limited.Key(gate.substring(KEY.length()));
  }

  private static String gate(Limited what) {
    return switch (what) {
      case Limited.Queue queue -> QUEUE + queue.name();
      case Limited.Key key -> KEY + key.name();
    };
  }

  @Override
  public void declare(Limited what, Declaration declaration) {
    calls.word(
        partitions.of(what.name()),
        "limit/declare",
        Args.of().add(gate(what)).add(declaration.owner()).add(declaration.fingerprint()));
  }

  @Override
  public void undeclare(Limited what) {
    calls.word(partitions.of(what.name()), "limit/undeclare", Args.of().add(gate(what)));
  }
}
