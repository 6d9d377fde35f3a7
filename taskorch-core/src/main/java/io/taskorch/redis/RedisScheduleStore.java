package io.taskorch.redis;

import io.taskorch.store.Partitions;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.StoredSchedule;
import io.taskorch.task.Names;
import io.taskorch.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Schedules, each in the partition that its name gives. */
final class RedisScheduleStore implements ScheduleStore {

  private static final Comparator<StoredSchedule> BY_NAME =
      Comparator.comparing(stored -> stored.schedule().name());

  private static final Logger log = LoggerFactory.getLogger(RedisScheduleStore.class);

  private final RedisCalls calls;
  private final Partitions partitions;

  /** Names that the log has told of. */
  private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

  RedisScheduleStore(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
  }

  @Override
  public Optional<StoredSchedule> find(String name) {
    return page(partitions.of(name), "[" + name, 1).schedules.stream()
        .filter(stored -> stored.schedule().name().equals(name))
        .findFirst();
  }

  /** Part of what a partition holds. */
  private record Page(Instant now, boolean more, List<StoredSchedule> schedules) {}

  private Page page(int partition, String from, int most) {
    List<Object> reply =
        calls.list(
            partition,
            "schedule/page",
            Args.of().add(from).add(most).add(RedisTaskStore.MOST_BYTES));
    return new Page(
        Instant.ofEpochMilli(Replies.number(reply.get(0))),
        Replies.flag(reply.get(1)),
        schedules(reply, 2));
  }

  private static List<StoredSchedule> schedules(List<Object> reply, int from) {
    List<StoredSchedule> schedules = new ArrayList<>((reply.size() - from) / 4);
    for (int i = from; i < reply.size(); i += 4) {
      schedules.add(
          ScheduleCodec.decode(
              Replies.text(reply.get(i)),
              Replies.bytes(reply.get(i + 1)),
              Replies.bytes(reply.get(i + 2)),
              Replies.number(reply.get(i + 3))));
    }
    return schedules;
  }

  @Override
  public SchedulePage list(int limit, @Nullable String cursor) {
    if (cursor != null && !Names.isValid(cursor)) {
      throw PageCursor.broken();
    }
    List<StoredSchedule> found = new ArrayList<>();
    // What a partition has behind its last one is not known, so nothing behind that is shown.
    String known = null;
    for (int partition = 0; partition < partitions.count(); partition++) {
      Page page = page(partition, cursor == null ? "-" : "(" + cursor, limit);
      found.addAll(page.schedules);
      if (page.more) {
        String last = page.schedules.getLast().schedule().name();
        known = known == null || last.compareTo(known) < 0 ? last : known;
      }
    }
    String end = known;
    List<StoredSchedule> shown =
        found.stream()
            .filter(stored -> end == null || stored.schedule().name().compareTo(end) <= 0)
            .sorted(BY_NAME)
            .limit(limit)
            .toList();
    return new SchedulePage(
        shown,
        end != null || shown.size() < found.size()
            ? Optional.of(shown.getLast().schedule().name())
            : Optional.empty());
  }

  @Override
  public Map<String, String> declared() {
    Map<String, String> owners = new HashMap<>();
    for (int partition : partitions()) {
      List<Object> reply = calls.list(partition, "schedule/declared", Args.of());
      for (int i = 0; i < reply.size(); i += 2) {
        owners.put(Replies.text(reply.get(i)), Replies.text(reply.get(i + 1)));
      }
    }
    return owners;
  }

  @Override
  public Instant now() {
    return page(0, "-", 0).now;
  }

  @Override
  public boolean save(StoredSchedule stored, @Nullable Instant lookAt) {
    String name = stored.schedule().name();
    int partition = partitions.of(name);
    if (partitions.count() > 1 && stored.revision() == 0) {
      // Before the schedule, so that no partition has one that nobody looks at.
      calls.word(0, "schedule/hold", Args.of().add(partition));
    }
    String reply =
        calls.word(
            partition,
            "schedule/save",
            Args.of()
                .add(name)
                .add(stored.revision())
                .add(TaskId.next(stored.updatedAt(), partition))
                .add(ScheduleCodec.definition(stored))
                .add(ScheduleCodec.progress(stored.progress()))
                .add(millis(lookAt))
                .add(Objects.requireNonNullElse(stored.declaredBy(), "")));
    return reply.equals("ok");
  }

  private static String millis(@Nullable Instant instant) {
    return instant == null ? "" : Long.toString(instant.toEpochMilli());
  }

  @Override
  public void delete(String name) {
    calls.word(partitions.of(name), "schedule/delete", Args.of().add(name));
  }

  @Override
  public List<Integer> partitions() {
    if (partitions.count() == 1) {
      return List.of(0);
    }
    return calls.list(0, "schedule/partitions", Args.of()).stream()
        .map(number -> (int) Replies.number(number))
        .sorted()
        .toList();
  }

  @Override
  public DueSchedules due(int partition, String scheduler, Duration lease) {
    List<Object> reply =
        calls.list(
            partition,
            "schedule/due",
            Args.of()
                .add(scheduler)
                .add(lease.toMillis())
                .add(RedisTaskStore.MOST_TASKS)
                .add(RedisTaskStore.MOST_BYTES));
    String nextDue = Replies.text(reply.get(1));
    return new DueSchedules(
        readable(reply),
        nextDue.isEmpty() ? null : Instant.ofEpochMilli(Long.parseLong(nextDue)),
        Instant.ofEpochMilli(Replies.number(reply.get(0))));
  }

  /** One that cannot be read, as a newer version may have written it, must not hold up the rest. */
  private List<StoredSchedule> readable(List<Object> reply) {
    List<StoredSchedule> readable = new ArrayList<>();
    for (int i = 2; i < reply.size(); i += 4) {
      try {
        readable.addAll(schedules(reply.subList(i, i + 4), 0));
      } catch (RuntimeException e) {
        String name = Replies.text(reply.get(i));
        if (unreadable.add(name)) {
          log.error("schedule {} cannot be read and is not fired", name, e);
        }
      }
    }
    return readable;
  }

  @Override
  public Duration lag() {
    Instant now = now();
    Duration longest = Duration.ZERO;
    for (int partition : partitions()) {
      Args first = Args.of().add(false).add("").add("").add(1).addAll(List.of("schedules:due"));
      List<?> entry = (List<?>) calls.list(partition, "task/page", first).get(0);
      if (!entry.isEmpty()) {
        Instant due = Instant.ofEpochMilli(Replies.number(entry.get(1)));
        Duration late = Duration.between(due, now);
        longest = late.compareTo(longest) > 0 ? late : longest;
      }
    }
    return longest;
  }

  @Override
  public void move(int partition, List<Moved> moved) {
    for (Chunk<Moved> chunk : Chunk.split(moved, one -> partition, one -> 0)) {
      Args args = Args.ofCapacity(1 + 4 * chunk.items().size()).add(chunk.items().size());
      for (Moved one : chunk.items()) {
        args.add(one.schedule().schedule().name())
            .add(one.schedule().revision())
            .add(ScheduleCodec.progress(one.schedule().progress()))
            .add(millis(one.lookAt()));
      }
      long unused = calls.number(partition, "schedule/move", args);
    }
  }
}
