package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.task.Json;
import io.taskorch.task.StorageFullException;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.testing.FaultProxy;
import io.taskorch.testing.RawRedis;
import io.taskorch.testing.TestRedis;
import io.taskorch.worker.Handler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a program does while Redis cannot be reached, and afterwards. */
@Timeout(120)
class OutageTest {

  private static final Duration SOON = Duration.ofSeconds(30);

  @RegisterExtension final Stack stack = new Stack();

  private final FaultProxy proxy = FaultProxy.before(TestRedis.uri());

  @AfterEach
  void healProxy() {
    proxy.heal();
  }

  /** A program behind the proxy that gives calls up soon. */
  private Taskorch fragile(Handler handler) {
    return stack
        .programAt(proxy.uri(), builder -> builder.callBudget(Duration.ofMillis(300)))
        .register(handler)
        .start();
  }

  @Test
  void aWorkerGoesOnAfterAnOutageAndLosesNothing() {
    Set<String> handled = ConcurrentHashMap.newKeySet();
    AtomicInteger calls = new AtomicInteger();
    fragile(
        Handler.of(
            "t",
            Json.class,
            (payload, task) -> {
              calls.incrementAndGet();
              handled.add(task.taskId());
              return null;
            }));
    Taskorch other = stack.program();
    List<TaskHandle<Json>> tasks =
        other.client().enqueueAll(Collections.nCopies(3_000, TaskSpec.of("t")));
    await().until(() -> handled.size() > 300);
    proxy.cut();
    await().until(() -> handled.size() > 1_000);
    proxy.refuse();
    TaskHandle<Json> during = other.client().enqueue("t", null);
    int before = handled.size();
    await().pollDelay(Duration.ofMillis(700)).until(() -> true);
    proxy.heal();
    during.await(SOON);
    for (TaskHandle<Json> task : tasks) {
      task.await(SOON);
    }
    assertThat(handled).hasSizeGreaterThan(before).hasSize(3_001);
  }

  @Test
  void lostAnswersOfClaimsAndOutcomesNeitherLoseNorRepeatTasks() {
    ConcurrentHashMap<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    fragile(
        Handler.of(
            "t",
            Json.class,
            (payload, task) ->
                calls.computeIfAbsent(task.taskId(), id -> new AtomicInteger()).incrementAndGet()));
    Taskorch other = stack.program();
    List<TaskHandle<Json>> tasks = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      proxy.dropNextReplies(3);
      tasks.add(other.client().enqueue("t", null));
      tasks.getLast().await(SOON);
    }
    assertThat(proxy.droppedReplies()).isGreaterThan(30);
    for (TaskHandle<Json> task : tasks) {
      Task read = other.client().get(task.id());
      assertThat(read.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(calls.get(task.id())).hasValue(1);
      assertThat(read.attempt()).isEqualTo(1);
      assertThat(read.crashes()).isZero();
    }
  }

  @Test
  void aHandlerIsStoppedBeforeItsLeaseEndsAndItsOutcomeIsRefused() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicReference<Duration> stoppedAfter = new AtomicReference<>();
    CountDownLatch stopped = new CountDownLatch(1);
    fragile(
        Handler.of(
            "t",
            Json.class,
            (payload, task) -> {
              long began = System.nanoTime();
              running.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                stoppedAfter.set(Duration.ofNanos(System.nanoTime() - began));
                stopped.countDown();
              }
              return "from the first";
            }));
    Taskorch other = stack.program();
    TaskHandle<Json> task = other.client().enqueue("t", null);
    running.await();
    proxy.stall();
    stopped.await();
    // The lease is 2 s long, was given before the handler began, and was renewed at most once, a
    // third
    // of it later.
    assertThat(stoppedAfter.get()).isBetween(Duration.ofMillis(1_000), Duration.ofMillis(3_400));
    assertThat(task.state()).isEqualTo(TaskState.RUNNING);

    other.register(Handler.of("t", Json.class, (payload, context) -> "from the second")).start();
    assertThat(task.await(SOON)).hasToString("\"from the second\"");
    proxy.heal();
    Task read = other.client().get(task.id());
    assertThat(read.attempt()).isEqualTo(2);
    assertThat(read.crashes()).isEqualTo(1);
    assertThat(read.fence()).isEqualTo(2);
  }

  @Test
  void submissionsFailWithAClearErrorAndAwaitGoesOn() throws Exception {
    Taskorch taskorch =
        stack.programAt(proxy.uri(), builder -> builder.callBudget(Duration.ofMillis(300)));
    TaskHandle<Json> task = taskorch.client().enqueue("t", null);
    proxy.refuse();
    assertThatThrownBy(() -> taskorch.client().enqueue("t", null))
        .isInstanceOf(StoreUnavailableException.class);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Json> awaited = threads.submit(() -> task.await(SOON));
      proxy.heal();
      stack.started(Handler.of("t", Json.class, (payload, context) -> 7));
      assertThat(awaited.get()).hasToString("7");
    }
  }

  /** As when a server starts again empty, or somebody flushes it. */
  @Test
  void functionsThatRedisHasLostAreLoadedAgain() {
    Taskorch taskorch = stack.started(Handler.of("t", Json.class, (payload, context) -> 7));
    assertThat(taskorch.client().enqueue("t", null).await(SOON)).hasToString("7");
    try (RawRedis redis = RawRedis.connect(TestRedis.uri())) {
      for (int i = 0; i < 20; i++) {
        redis.call("FUNCTION", "FLUSH");
        assertThat(taskorch.client().enqueue("t", null).await(SOON)).hasToString("7");
      }
    }
  }

  /** As when a new version starts on a Redis that is full: no function can be loaded then. */
  @Test
  void aFullRedisThatLacksTheFunctionsIsWorkedOffAllTheSame() {
    try (EmbeddedRedis redis = EmbeddedRedis.start(Map.of("maxmemory", "12mb"));
        RawRedis raw = RawRedis.connect(redis.uri());
        Taskorch taskorch = Taskorch.connect(redis.uri().toString())) {
      List<TaskHandle<Json>> tasks =
          taskorch.client().enqueueAll(Collections.nCopies(100, TaskSpec.of("t")));
      raw.call("FUNCTION", "FLUSH");
      assertThatThrownBy(() -> fill(raw)).hasMessageContaining("OOM");
      tasks.getFirst().cancel();
      taskorch.register(Handler.of("t", Json.class, (payload, task) -> "done")).start();
      for (TaskHandle<Json> task : tasks.subList(1, tasks.size())) {
        assertThat(task.await(SOON)).hasToString("\"done\"");
      }
      assertThatThrownBy(() -> taskorch.client().enqueue("t", null))
          .isInstanceOf(StorageFullException.class);
    }
  }

  private static void fill(RawRedis redis) {
    for (int i = 0; i < 10_000; i++) {
      redis.call("SET", "filler:" + i, "x".repeat(10_000));
    }
  }

  @Test
  void aWorkerThatEndsDuringAnOutageEndsInTime() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch program =
        fragile(
            Handler.of(
                "t",
                Json.class,
                (payload, task) -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                  return null;
                }));
    stack.program().client().enqueue("t", null);
    running.await();
    proxy.refuse();
    long began = System.nanoTime();
    program.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(12));
  }
}
