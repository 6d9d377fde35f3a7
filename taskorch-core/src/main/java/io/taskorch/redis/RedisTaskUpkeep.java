package io.taskorch.redis;

import io.taskorch.store.Demand;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.task.TaskError;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The moves of tasks that time makes. */
final class RedisTaskUpkeep implements TaskUpkeep {

  /** The third crash of a task is its last. */
  private static final int MOST_CRASHES = 3;

  /** A partition keeps no more ended tasks than this, whatever their retention. */
  private static final int MOST_ENDED = 1_000_000;

  private static final Duration UPLOAD_GIVEN_UP_AFTER = Duration.ofMinutes(10);

  private static final byte[] CRASH =
      SpecCodec.encode(
          TaskError.of("crash", "the worker was not heard of any more before its lease ended"));

  private final RedisCalls calls;
  private final RedisServer server;

  RedisTaskUpkeep(RedisCalls calls, RedisServer server) {
    this.calls = calls;
    this.server = server;
  }

  @Override
  public Promoted promote(int partition) {
    List<String> queues = new ArrayList<>();
    for (Object name : (List<?>) calls.list(partition, "queue/names", Args.of()).get(0)) {
      queues.add(Replies.text(name));
    }
    int count = 0;
    Instant nextDue = null;
    Instant now = Instant.EPOCH;
    List<Chunk<String>> chunks = Chunk.split(queues, queue -> partition, queue -> 0);
    // without queues there is still the time to ask for
    for (Chunk<String> chunk :
        chunks.isEmpty() ? List.of(new Chunk<>(partition, queues)) : chunks) {
      List<Object> reply =
          calls.list(
              partition,
              "task/promote",
              Args.of().add(RedisTaskStore.MOST_TASKS).addAll(chunk.items()));
      count += (int) Replies.number(reply.get(0));
      nextDue = earlier(nextDue, Replies.time(reply.get(1)));
      now = Instant.ofEpochMilli(Replies.number(reply.get(2)));
    }
    return new Promoted(count, nextDue, now);
  }

  private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return one.isBefore(other) ? one : other;
  }

  @Override
  public Reaped reap(int partition, Duration grace) {
    List<Object> reply =
        calls.list(
            partition,
            "task/reap",
            Args.of()
                .add(grace.toMillis())
                .add(RedisTaskStore.MOST_TASKS)
                .add(MOST_CRASHES)
                .add(CRASH));
    return new Reaped(
        (int) Replies.number(reply.get(0)),
        (int) Replies.number(reply.get(1)),
        Replies.number(reply.get(2)) == 1);
  }

  @Override
  public int prune(int partition, Duration ahead) {
    long tasks =
        calls.number(
            partition,
            "task/prune",
            Args.of().add(ahead.toMillis()).add(RedisTaskStore.MOST_TASKS).add(MOST_ENDED));
    long steps =
        calls.number(
            partition,
            "run/prune",
            Args.of()
                .add(ahead.toMillis())
                .add(RedisTaskStore.MOST_TASKS)
                .add(UPLOAD_GIVEN_UP_AFTER.toMillis()));
    long members =
        calls.number(
            partition,
            "batch/prune",
            Args.of()
                .add(ahead.toMillis())
                .add(RedisTaskStore.MOST_TASKS)
                .add(UPLOAD_GIVEN_UP_AFTER.toMillis()));
    return (int) (tasks + steps + members);
  }

  @Override
  public int failUnhandled(int partition, String queue, Predicate<Demand> handled, Duration grace) {
    int failed = 0;
    for (Lane lane : Lane.of(calls, partition, queue)) {
      failed +=
          (int)
              calls.number(
                  partition,
                  "task/fail_unhandled",
                  Args.of()
                      .add(queue)
                      .add(lane.name())
                      .add(handled.test(lane.demand()))
                      .add(grace.toMillis())
                      .add(RedisTaskStore.MOST_TASKS)
                      .add(SpecCodec.encode(noHandler(lane.demand()))));
    }
    return failed;
  }

  private static TaskError noHandler(Demand demand) {
    List<String> needs = new ArrayList<>();
    if (!demand.requires().isEmpty()) {
      needs.add("labels " + String.join(", ", demand.requires()));
    }
    if (demand.slots() > 1) {
      needs.add(demand.slots() + " slots");
    }
    return TaskError.of(
        "no-handler",
        "no live worker of the queue handles the task's type"
            + (needs.isEmpty() ? "" : " with " + String.join(" and ", needs)));
  }

  @Override
  public double memoryUsed(int partition) {
    return server.memoryUsed();
  }
}
