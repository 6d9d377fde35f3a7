package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.Explanation;
import io.taskorch.client.Explanation.Behind;
import io.taskorch.client.Explanation.BehindGroups;
import io.taskorch.client.Explanation.ConcurrencyFull;
import io.taskorch.client.Explanation.DueLater;
import io.taskorch.client.Explanation.Ended;
import io.taskorch.client.Explanation.GroupPaused;
import io.taskorch.client.Explanation.NoHandler;
import io.taskorch.client.Explanation.NoLabels;
import io.taskorch.client.Explanation.NoWorker;
import io.taskorch.client.Explanation.QueuePaused;
import io.taskorch.client.Explanation.RateUsedUp;
import io.taskorch.client.Explanation.RetryLater;
import io.taskorch.client.Explanation.Running;
import io.taskorch.client.Explanation.SlowedDown;
import io.taskorch.client.Explanation.TooFewFree;
import io.taskorch.client.Explanation.TooFewSlots;
import io.taskorch.client.Explanation.WaitsForTurn;
import io.taskorch.limit.Limits;
import io.taskorch.limit.RateLimit;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.RateLimitedException;
import io.taskorch.task.RateLimitedException.Scope;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Sequence;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Handler;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Why a task does not run now. */
@Timeout(60)
class ExplainTest {

  @RegisterExtension final Stack stack = new Stack();

  private static Explanation explain(Taskorch taskorch, Task task) {
    return taskorch.client().explain(task.id());
  }

  private static Task submit(Taskorch taskorch, TaskSpec spec) {
    return taskorch.client().submit(spec).task();
  }

  @Test
  void aReadyTaskNamesEverythingThatStandsInItsWay() {
    Taskorch taskorch = stack.program();
    submit(taskorch, TaskSpec.of("t"));
    submit(taskorch, TaskSpec.of("t"));
    Task task = submit(taskorch, TaskSpec.of("t"));
    taskorch.queues().pause("default");
    Explanation explanation = explain(taskorch, task);
    assertThat(explanation.state()).isEqualTo(TaskState.PENDING);
    assertThat(explanation.causes())
        .containsExactly(
            new QueuePaused("default"), new NoWorker("default"), new Behind("default", 2));
    assertThat(explanation.estimate()).isNull();
    assertThat(explanation.causes())
        .extracting(Explanation.Cause::detail)
        .containsExactly(
            "queue default is paused",
            "no live worker takes from queue default",
            "2 ready tasks stand before it in queue default");
  }

  @Test
  void aTaskThatIsDueLaterSaysWhenAndWhatWillStandInItsWayThen() {
    Taskorch taskorch = stack.program();
    Task task = submit(taskorch, TaskSpec.builder("t").delay(Duration.ofHours(1)).build());
    Explanation explanation = explain(taskorch, task);
    assertThat(explanation.causes())
        .containsExactly(new DueLater(task.dueAt()), new NoWorker("default"));

    taskorch.register(Handler.of("t", Json.class, (payload, context) -> null)).start();
    await()
        .untilAsserted(
            () -> {
              Explanation later = explain(taskorch, task);
              assertThat(later.causes()).containsExactly(new DueLater(task.dueAt()));
              assertThat(later.estimate()).isEqualTo(task.dueAt());
            });
  }

  @Test
  void aTypeThatNobodyHandlesIsNamed() {
    Taskorch taskorch = stack.started(Handler.of("t", Json.class, (payload, context) -> null));
    Task task = submit(taskorch, TaskSpec.of("other"));
    await()
        .untilAsserted(
            () ->
                assertThat(explain(taskorch, task).causes())
                    .contains(new NoHandler("default", "other")));
  }

  @Test
  void whatATaskNeedsAndNoWorkerHasIsNamed() {
    Taskorch taskorch =
        stack
            .program(builder -> builder.worker(Stack.worker().labels("gpu").concurrency(4).build()))
            .register(Handler.of("t", Json.class, (payload, context) -> null))
            .start();
    Task labelled =
        submit(taskorch, TaskSpec.builder("t").requires(List.of("gpu", "region=eu")).build());
    Task large = submit(taskorch, TaskSpec.builder("t").requires(List.of("gpu")).slots(5).build());
    await()
        .untilAsserted(
            () -> {
              Explanation ofLabels = explain(taskorch, labelled);
              assertThat(ofLabels.causes())
                  .contains(new NoLabels("default", "t", List.of("gpu", "region=eu")));
              assertThat(ofLabels.causes().getFirst().detail())
                  .isEqualTo(
                      "no live worker of queue default that handles t has the labels gpu,"
                          + " region=eu");
              Explanation ofSlots = explain(taskorch, large);
              assertThat(ofSlots.causes()).contains(new TooFewSlots("default", 5, 4));
              assertThat(ofSlots.causes().getFirst().detail())
                  .isEqualTo(
                      "needs 5 slots; the workers of queue default that could take it have 4 at"
                          + " most");
            });
  }

  @Test
  void aTaskThatWaitsForItsSlotsSaysSo() {
    Semaphore mayEnd = new Semaphore(0);
    Taskorch taskorch =
        stack
            .program(builder -> builder.worker(Stack.worker().concurrency(4).build()))
            .register(
                Handler.of(
                    "t",
                    Json.class,
                    (payload, context) -> {
                      mayEnd.acquireUninterruptibly();
                      return null;
                    }))
            .start();
    TaskSpec spec = TaskSpec.builder("t").slots(3).build();
    submit(taskorch, spec);
    Task second = submit(taskorch, spec);
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(
            () ->
                assertThat(explain(taskorch, second).causes()).containsExactly(new TooFewFree(3)));
    mayEnd.release(2);
  }

  @Test
  void aRunningTaskNamesItsWorkerAndAnEndedOneItsReason() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            Handler.of(
                "t",
                Json.class,
                (payload, context) -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                  return null;
                }));
    Task task = submit(taskorch, TaskSpec.of("t"));
    running.await();
    String worker = taskorch.worker().orElseThrow().id();
    assertThat(explain(taskorch, task).causes()).containsExactly(new Running(worker, false));
    taskorch.client().cancel(task.id());
    await()
        .untilAsserted(
            () ->
                assertThat(explain(taskorch, task).causes())
                    .containsExactly(new Ended(TaskState.CANCELLED, Reason.CANCELLED)));
  }

  @Test
  void aTaskThatWaitsForItsNextAttemptSaysWhenThatIs() {
    Taskorch taskorch =
        stack.started(
            Handler.of(
                "t",
                Json.class,
                (payload, context) -> {
                  throw new IllegalStateException("broken");
                }));
    Task task =
        submit(
            taskorch,
            TaskSpec.builder("t")
                .retryPolicy(
                    new RetryPolicy(
                        5, Duration.ofHours(1), Backoff.FIXED, 1, Duration.ofHours(1), 0))
                .build());
    await()
        .untilAsserted(
            () ->
                assertThat(taskorch.client().get(task.id()).state()).isEqualTo(TaskState.RETRYING));
    Task retrying = taskorch.client().get(task.id());
    assertThat(explain(taskorch, task).causes()).contains(new RetryLater(retrying.dueAt(), 1, 5));
  }

  @Test
  void whatALimitHoldsBackNamesTheLimitAndWhoRuns() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            Handler.of(
                "t",
                Json.class,
                (payload, context) -> {
                  running.countDown();
                  mayEnd.await();
                  return null;
                }));
    taskorch.limits().limit("partner", Limits.ofConcurrency(1));
    TaskSpec spec = TaskSpec.builder("t").limit("partner").build();
    Task first = submit(taskorch, spec);
    running.await();
    Task second = submit(taskorch, spec);
    Explanation explanation = explain(taskorch, second);
    assertThat(explanation.causes())
        .containsExactly(new ConcurrencyFull("limit partner", 1, 1, first.id()));
    assertThat(explanation.causes().getFirst().detail())
        .isEqualTo(
            "limit partner lets 1 task run at a time; 1 runs, "
                + first.id()
                + " for the longest time");
    assertThat(explanation.estimate()).isNull();
    mayEnd.countDown();
  }

  @Test
  void aRateThatIsUsedUpSaysWhenTheTaskWillStart() {
    CountDownLatch ran = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            Handler.of(
                "t",
                Json.class,
                (payload, context) -> {
                  ran.countDown();
                  return null;
                }));
    taskorch.limits().limit("partner", Limits.ofRate(RateLimit.of(1, Duration.ofHours(1))));
    TaskSpec spec = TaskSpec.builder("t").limit("partner").build();
    Task first = submit(taskorch, spec);
    await().until(() -> taskorch.client().get(first.id()).state() == TaskState.SUCCEEDED);
    Explanation explanation = explain(taskorch, submit(taskorch, spec));
    assertThat(explanation.causes()).hasSize(1).first().isInstanceOf(RateUsedUp.class);
    assertThat(explanation.estimate())
        .isAfter(first.createdAt().plus(Duration.ofMinutes(59)))
        .isEqualTo(explanation.causes().getFirst().until());
    assertThat(explanation.causes().getFirst().detail())
        .isEqualTo("the rate of limit partner is used up until " + explanation.estimate());
    // One that is due later than that does not care.
    Task later =
        submit(taskorch, TaskSpec.builder("t").limit("partner").delay(Duration.ofHours(2)).build());
    assertThat(explain(taskorch, later).causes()).containsExactly(new DueLater(later.dueAt()));
  }

  @Test
  void whoIsToldToSlowDownSaysForWhomAndUntilWhen() {
    Taskorch taskorch =
        stack.started(
            Handler.of(
                "t",
                Json.class,
                (payload, context) -> {
                  throw new RateLimitedException(Duration.ofHours(1), Scope.TYPE);
                }));
    Task task = submit(taskorch, TaskSpec.of("t"));
    await()
        .untilAsserted(
            () ->
                assertThat(explain(taskorch, task).causes())
                    .singleElement()
                    .isInstanceOfSatisfying(
                        SlowedDown.class,
                        slowed ->
                            assertThat(slowed.detail())
                                .isEqualTo(
                                    "a handler was told to slow down: nothing of type t of queue"
                                        + " default starts before "
                                        + slowed.until())));
  }

  @Test
  void aTaskNamesWhoseTurnItIsAndAGroupHowManyComeBefore() {
    Taskorch taskorch = stack.program();
    TaskSpec inSequence = TaskSpec.builder("t").sequence(Sequence.of("s")).build();
    Task first = submit(taskorch, inSequence);
    submit(taskorch, inSequence);
    Task third = submit(taskorch, inSequence);
    assertThat(explain(taskorch, third).causes())
        .containsExactly(new NoWorker("default"), new WaitsForTurn(first.id(), 1));
    assertThat(explain(taskorch, third).causes().getLast().detail())
        .isEqualTo("waits for its turn, which " + first.id() + " has; 1 task waits before it");
    submit(taskorch, TaskSpec.builder("t").group("a").build());
    Task grouped = submit(taskorch, TaskSpec.builder("t").group("b").build());
    taskorch.limits().pauseGroup("default", "c");
    Task paused = submit(taskorch, TaskSpec.builder("t").group("c").build());
    assertThat(explain(taskorch, grouped).causes())
        .containsExactly(new NoWorker("default"), new BehindGroups("default", "b", 1));
    assertThat(explain(taskorch, grouped).causes().getLast().detail())
        .isEqualTo("1 group of queue default has its turn before group b");
    assertThat(explain(taskorch, paused).causes())
        .contains(new GroupPaused("default", "c"))
        .extracting(Explanation.Cause::detail)
        .contains("group c of queue default is paused");
  }
}
