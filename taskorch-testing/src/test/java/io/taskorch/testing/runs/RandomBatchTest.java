package io.taskorch.testing.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.batch.Batch;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewBatch;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.BatchClosedException;
import io.taskorch.task.BatchLink;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to the members of batches in batches, each batch tells of exactly what has
 * become of them, and has ended if and only if all of them have.
 */
class RandomBatchTest {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final int STEPS = 300;

  /** Members of each batch, tasks and batches. */
  private final Map<String, List<String>> members = new LinkedHashMap<>();

  private final List<Leased> running = new ArrayList<>();
  private TestNamespace namespace;
  private Stores stores;

  @BeforeEach
  void open() {
    namespace = TestNamespace.open(TestRedis.uri(), 1);
    stores = namespace.stores();
    namespace.clock().stop();
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void eachBatchIsWhatItsMembersAre(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < STEPS; i++) {
      act(random);
      while (stores.runs().advance(0).more()) {}
      check("seed " + seed + ", step " + i);
    }
    finish();
    check("seed " + seed + ", at the end");
    assertThat(members.keySet()).allMatch(id -> batch(id).state().isFinal());
    namespace.clock().advance(Duration.ofDays(62));
    while (stores.upkeep().prune(0, Duration.ZERO) > 0) {}
    assertThat(namespace.raw().keys("{" + namespace.name() + ":0}:"))
        .noneMatch(key -> key.contains("batch") || key.contains(":task:"));
  }

  private void act(Random random) {
    switch (random.nextInt(12)) {
      case 0 -> start(random.nextInt(4), null);
      case 1 -> oneOf(random, members.keySet()).ifPresent(id -> start(random.nextInt(3), id));
      case 2 -> oneOf(random, members.keySet()).ifPresent(id -> add(id, 1 + random.nextInt(3)));
      case 3, 4 -> claim(1 + random.nextInt(5));
      case 5, 6, 7 -> settle(random);
      case 8 -> oneOf(random, tasks(s -> !s.isFinal())).ifPresent(stores.tasks()::cancel);
      case 9 ->
          oneOf(random, tasks(s -> s == TaskState.FAILED || s == TaskState.CANCELLED))
              .ifPresent(id -> stores.tasks().retry(id, nonce()));
      case 10 -> {
        namespace.clock().advance(LEASE.plusSeconds(1));
        reap();
      }
      default -> {
        if (random.nextInt(4) == 0) {
          oneOf(random, members.keySet())
              .filter(id -> !batch(id).state().isFinal())
              .ifPresent(stores.batches()::cancel);
        }
      }
    }
  }

  private static Optional<String> oneOf(Random random, Collection<String> ids) {
    return ids.isEmpty()
        ? Optional.empty()
        : Optional.of(List.copyOf(ids).get(random.nextInt(ids.size())));
  }

  private List<String> tasks(Predicate<TaskState> wanted) {
    return members.values().stream()
        .flatMap(List::stream)
        .filter(id -> !members.containsKey(id))
        .filter(id -> wanted.test(state(id)))
        .toList();
  }

  private TaskState state(String id) {
    return stores.query().find(id).orElseThrow().state();
  }

  private Batch batch(String id) {
    return stores.batches().find(id).orElseThrow();
  }

  private String id() {
    return stores.partitions().newId(0, namespace.clock().instant());
  }

  private static String nonce() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 22);
  }

  private List<NewTask> newTasks(String batch, int count) {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(new NewTask(id(), TaskSpec.builder("t").batch(BatchLink.member(batch)).build()));
    }
    return tasks;
  }

  private void start(int count, @Nullable String parent) {
    String id = id();
    List<NewTask> tasks = newTasks(id, count);
    TaskSpec callback = TaskSpec.builder("callback").queue("callbacks").build();
    NewBatch batch = new NewBatch(id, tasks, callback, callback, callback, parent, null);
    try {
      stores.batches().start(batch);
    } catch (BatchClosedException e) {
      assertThat(batch(parent)).matches(b -> b.state().isFinal() || b.cancelRequested());
      return;
    } catch (InvalidTaskException e) {
      assertThat(e).hasMessageContaining("contain one another");
      return;
    }
    members.put(id, new ArrayList<>(tasks.stream().map(NewTask::id).toList()));
    if (parent != null) {
      members.get(parent).add(id);
    }
  }

  private void add(String batch, int count) {
    List<NewTask> tasks = newTasks(batch, count);
    try {
      stores.tasks().enqueue(tasks);
      stores.tasks().enqueue(tasks);
    } catch (BatchClosedException e) {
      assertThat(batch(batch)).matches(b -> b.state().isFinal() || b.cancelRequested());
      return;
    }
    members.get(batch).addAll(tasks.stream().map(NewTask::id).toList());
  }

  private void claim(int most) {
    running.addAll(
        stores
            .tasks()
            .claim(
                new ClaimRequest(
                    "w1",
                    nonce(),
                    0,
                    List.of("default"),
                    Set.of("t"),
                    most,
                    List.of(most, 0, 0, 0),
                    LEASE))
            .leased());
  }

  /** Ends some attempts in one call, whose leases may be lost, and once more. */
  private void settle(Random random) {
    List<Settlement> settlements = new ArrayList<>();
    while (!running.isEmpty() && settlements.size() < 4) {
      Leased leased = running.remove(random.nextInt(running.size()));
      settlements.add(new Settlement(leased.lease(), outcome(random)));
    }
    stores.tasks().settle(settlements);
    stores.tasks().settle(settlements);
  }

  private static Outcome outcome(Random random) {
    TaskError error = TaskError.of("exception", "no");
    return switch (random.nextInt(6)) {
      case 0 -> new Outcome.Failed(error, Reason.PERMANENT_ERROR, 1);
      case 1 -> new Outcome.Retrying(error, Duration.ZERO, 3);
      case 2 -> new Outcome.Released();
      default -> new Outcome.Succeeded(Json.of("1"));
    };
  }

  private void reap() {
    stores.upkeep().reap(0, Duration.ZERO);
    stores.upkeep().reap(0, Duration.ZERO);
  }

  /** Works off all that is left. */
  private void finish() {
    running.clear();
    namespace.clock().advance(LEASE.plusSeconds(1));
    reap();
    do {
      running.clear();
      claim(200);
      stores
          .tasks()
          .settle(
              running.stream()
                  .map(one -> new Settlement(one.lease(), new Outcome.Succeeded(Json.of("1"))))
                  .toList());
    } while (!running.isEmpty());
    stores.queues().purge("callbacks");
  }

  private void check(String when) {
    members.forEach(
        (id, its) -> {
          Batch batch = batch(id);
          int[] counts = new int[5];
          its.forEach(
              member ->
                  counts[
                      members.containsKey(member) ? place(batch(member)) : place(state(member))]++);
          assertThat(
                  List.of(
                      batch.waiting(),
                      batch.running(),
                      batch.succeeded(),
                      batch.failed(),
                      batch.cancelled()))
              .as("%s: %s", when, batch)
              .containsExactly(counts[0], counts[1], counts[2], counts[3], counts[4]);
          assertThat(batch.total()).isEqualTo(its.size());
          boolean isOver = counts[0] + counts[1] == 0;
          assertThat(batch.state().isFinal()).as("%s: %s", when, batch).isEqualTo(isOver);
          assertThat(batch.finishedAt() != null).isEqualTo(isOver);
          if (isOver) {
            assertThat(batch.onFinishId()).isNotNull();
          }
          if (counts[3] > 0) {
            assertThat(batch.onFailureId()).isNotNull();
          }
        });
  }

  private static int place(TaskState state) {
    return switch (state) {
      case RUNNING -> 1;
      case SUCCEEDED -> 2;
      case FAILED -> 3;
      case CANCELLED, SKIPPED -> 4;
      case BLOCKED, SCHEDULED, PENDING, RETRYING -> 0;
    };
  }

  private static int place(Batch batch) {
    return switch (batch.state()) {
      case RUNNING -> 1;
      case SUCCEEDED -> 2;
      case FAILED -> 3;
      case CANCELLED -> 4;
    };
  }
}
