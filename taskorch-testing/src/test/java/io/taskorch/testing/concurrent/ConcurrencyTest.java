package io.taskorch.testing.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.store.TaskStore.Settled;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds when everybody acts at once. */
class ConcurrencyTest {

  private static final int TASKS = 2_000;
  private static final int THREADS = 8;
  private static final Duration LEASE = Duration.ofMillis(400);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /** What one thread knows of one lease, by this JVM's clock. */
  private static final class Tenure {
    final Lease lease;
    final long fence;
    final long claimAnswered = System.nanoTime();
    long settleBegun = Long.MAX_VALUE;
    TaskState accepted;

    Tenure(Claim.Leased leased) {
      this.lease = leased.lease();
      this.fence = leased.task().fence();
    }
  }

  private TestNamespace namespace;
  private Stores stores;
  private final Collection<Tenure> tenures = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void open() {
    namespace = TestNamespace.open(TestRedis.uri(), 1);
    stores = namespace.stores();
  }

  @AfterEach
  void close() {
    namespace.close();
  }

  @Test
  void everyTaskEndsExactlyOnceWhoeverClaimsSettlesCancelsAndReaps() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < TASKS; i += 200) {
      List<NewTask> chunk = newTasks(200);
      stores.tasks().enqueue(chunk);
      chunk.forEach(t -> ids.add(t.id()));
    }
    List<Callable<Void>> parts = new ArrayList<>();
    for (int i = 0; i < THREADS - 3; i++) {
      int worker = i;
      parts.add(() -> work("w" + worker, new Random(worker)));
    }
    parts.add(() -> cancelSome(ids, new Random(100)));
    parts.add(this::upkeep);
    parts.add(this::upkeep);
    runAll(parts);

    Map<TaskState, Long> depth = stores.queues().find("default").orElseThrow().depth();
    assertThat(depth.values().stream().mapToLong(n -> n).sum()).isEqualTo(TASKS);
    assertThat(depth.entrySet()).allMatch(e -> e.getKey().isFinal() || e.getValue() == 0);
    checkTenures();
  }

  private void checkTenures() {
    Map<String, List<Tenure>> byTask = new HashMap<>();
    tenures.forEach(t -> byTask.computeIfAbsent(t.lease.taskId(), k -> new ArrayList<>()).add(t));
    byTask.forEach(
        (id, ofTask) -> {
          ofTask.sort((a, b) -> Long.compare(a.fence, b.fence));
          assertThat(ofTask.stream().map(t -> t.fence))
              .as("fences of " + id)
              .doesNotHaveDuplicates();
          assertThat(ofTask.stream().filter(t -> t.accepted != null && t.accepted.isFinal()))
              .as("accepted ends of " + id)
              .hasSizeLessThanOrEqualTo(1);
          for (int i = 0; i + 1 < ofTask.size(); i++) {
            Tenure earlier = ofTask.get(i);
            if (earlier.accepted != null) {
              // the next lease can be told of only after the settlement of this one was asked for
              assertThat(ofTask.get(i + 1).claimAnswered)
                  .as("leases of " + id)
                  .isGreaterThan(earlier.settleBegun);
              assertThat(earlier.accepted.isFinal()).isFalse();
            }
          }
        });
  }

  private Void work(String worker, Random random) {
    long begin = System.nanoTime();
    while (isWorkLeft()) {
      assertThat(System.nanoTime() - begin).isLessThan(LONGEST.toNanos());
      Claim claim =
          stores
              .tasks()
              .claim(
                  new ClaimRequest(
                      worker,
                      nonce(),
                      0,
                      List.of("default"),
                      Set.of("t"),
                      10,
                      List.of(0, 0, 10, 0),
                      LEASE));
      List<Tenure> held = claim.leased().stream().map(Tenure::new).toList();
      tenures.addAll(held);
      if (random.nextInt(20) == 0) {
        continue; // dies with what it holds
      }
      settle(held, random);
    }
    return null;
  }

  private void settle(List<Tenure> held, Random random) {
    List<Settlement> settlements = new ArrayList<>();
    for (Tenure tenure : held) {
      settlements.add(new Settlement(tenure.lease, outcome(random)));
      tenure.settleBegun = System.nanoTime();
    }
    List<Settled> answers = stores.tasks().settle(settlements);
    for (int i = 0; i < held.size(); i++) {
      held.get(i).accepted = answers.get(i).state();
    }
    // whoever repeats it hears the same, unless the task has moved on to yet another settlement
    List<Settled> again = stores.tasks().settle(settlements);
    for (int i = 0; i < held.size(); i++) {
      if (!again.get(i).leaseLost()) {
        assertThat(again.get(i)).isEqualTo(answers.get(i));
      }
    }
  }

  private static Outcome outcome(Random random) {
    TaskError error = TaskError.of("exception", "no");
    return switch (random.nextInt(6)) {
      case 0 -> new Outcome.Retrying(error, Duration.ZERO, 100);
      case 1 -> new Outcome.Released();
      case 2 -> new Outcome.Failed(error, Reason.PERMANENT_ERROR, 100);
      default -> new Outcome.Succeeded(Json.of("1"));
    };
  }

  private Void cancelSome(List<String> ids, Random random) {
    for (int i = 0; i < TASKS / 10; i++) {
      try {
        stores.tasks().cancel(ids.get(random.nextInt(ids.size())));
      } catch (IllegalMoveException e) {
        assertThat(e.state().isFinal()).isTrue();
      }
    }
    return null;
  }

  private Void upkeep() {
    while (isWorkLeft()) {
      stores.upkeep().promote(0);
      stores.upkeep().reap(0, Duration.ZERO);
    }
    return null;
  }

  private boolean isWorkLeft() {
    return stores.queues().find("default").orElseThrow().depth().entrySet().stream()
        .anyMatch(e -> !e.getKey().isFinal() && e.getValue() > 0);
  }

  @Test
  void twoClientsThatStoreTheSameIdsStoreEachOnce() throws Exception {
    List<NewTask> tasks = newTasks(1_000);
    Map<String, Integer> created = new ConcurrentHashMap<>();
    CyclicBarrier together = new CyclicBarrier(2);
    try (Stores other = namespace.connect()) {
      Callable<Void> one = () -> enqueueAll(stores, tasks, together, created);
      Callable<Void> two = () -> enqueueAll(other, tasks, together, created);
      runAll(List.of(one, two));
    }
    assertThat(created).hasSize(1_000);
    assertThat(created.values()).containsOnly(1);
    assertThat(stores.queues().find("default").orElseThrow().depth())
        .containsEntry(TaskState.PENDING, 1_000L);
  }

  private static Void enqueueAll(
      Stores client, List<NewTask> tasks, CyclicBarrier together, Map<String, Integer> created)
      throws Exception {
    together.await();
    for (int i = 0; i < tasks.size(); i += 7) {
      for (Enqueued answer :
          client.tasks().enqueue(tasks.subList(i, Math.min(i + 7, tasks.size())))) {
        if (answer.created()) {
          created.merge(answer.task().id(), 1, Integer::sum);
        }
      }
    }
    return null;
  }

  private List<NewTask> newTasks(int count) {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(new NewTask(stores.partitions().newId(0, Instant.now()), TaskSpec.of("t")));
    }
    return tasks;
  }

  private static void runAll(List<Callable<Void>> parts) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(parts.size())) {
      List<Future<Void>> running = new ArrayList<>();
      parts.forEach(part -> running.add(threads.submit(part)));
      for (Future<Void> part : running) {
        part.get();
      }
    }
  }

  private static String nonce() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, 22);
  }
}
