package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.task.Backoff;
import io.taskorch.task.Gathering;
import io.taskorch.task.Json;
import io.taskorch.task.PartlyFailedException;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Gathered;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Handlers that take several tasks at once, and what becomes of each. */
@Timeout(60)
class GatherTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  /** Full lots only. */
  private static final Gathering THREE = new Gathering(3, Duration.ofHours(1));

  @RegisterExtension final Stack stack = new Stack(1);

  private static List<TaskSpec> specs(Object... payloads) {
    return List.of(payloads).stream()
        .map(payload -> TaskSpec.builder("t").payload(Json.of(payload.toString())).build())
        .toList();
  }

  private static Handler ofNumbers(Handler.ListFunction<Integer> function) {
    return Handler.gathering("t", Integer.class, THREE, function);
  }

  private Task ended(TaskHandle<?> handle) {
    await()
        .atMost(SOON)
        .until(() -> handle.state().isFinal() || handle.state() == TaskState.RETRYING);
    return stack.namespace().stores().query().find(handle.id()).orElseThrow();
  }

  private static TaskError error(Task task) {
    return task.attempts().getLast().error();
  }

  public static final class Documents {
    final List<List<Integer>> calls = Collections.synchronizedList(new ArrayList<>());

    @TaskHandler("t")
    @Gathered(size = 3, within = "1h")
    List<String> index(List<TaskContext> tasks, List<Integer> numbers) {
      calls.add(numbers);
      assertThat(tasks).hasSameSizeAs(numbers);
      return numbers.stream().map(number -> "indexed " + number).toList();
    }
  }

  @Test
  void eachHasItsOwnResult() {
    Documents documents = new Documents();
    Taskorch taskorch = stack.started(documents);
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs(1, 2, 3, 4, 5, 6));
    for (int i = 0; i < 6; i++) {
      assertThat(tasks.get(i).await(SOON)).isEqualTo(Json.of("\"indexed " + (i + 1) + "\""));
    }
    assertThat(documents.calls).containsExactlyInAnyOrder(List.of(1, 2, 3), List.of(4, 5, 6));
    await().until(() -> taskorch.worker().orElseThrow().busy() == 0);
  }

  @Test
  void tooFewAreHandedOverWhenTheFirstHasWaited() {
    Taskorch taskorch =
        stack.started(
            Handler.gathering(
                "t",
                Integer.class,
                new Gathering(100, Duration.ofMillis(50)),
                (numbers, tasks) -> numbers));
    assertThat(taskorch.client().enqueueAll(specs(7)).getFirst().await(SOON))
        .isEqualTo(Json.of("7"));
  }

  @Test
  void aCallTakesOneSlot() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch finish = new CountDownLatch(1);
    Taskorch taskorch =
        stack
            .program(b -> b.worker(Stack.worker().concurrency(2).build()))
            .register(
                ofNumbers(
                    (numbers, tasks) -> {
                      running.countDown();
                      finish.await();
                      return null;
                    }))
            .start();
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs(1, 2, 3, 4, 5, 6));
    running.await();
    assertThat(taskorch.worker().orElseThrow().busy()).isEqualTo(2);
    finish.countDown();
    tasks.forEach(task -> assertThat(task.await(SOON)).isEqualTo(Json.NULL));
    await().until(() -> taskorch.worker().orElseThrow().busy() == 0);
  }

  @Test
  void whatIsThrownAllFailWith_EachByItsOwnPolicy() {
    Taskorch taskorch =
        stack.started(
            ofNumbers(
                (numbers, tasks) -> {
                  throw new IllegalStateException("no index");
                }));
    List<TaskSpec> specs = new ArrayList<>(specs(1, 2));
    specs.add(
        TaskSpec.builder("t")
            .payload(Json.of("3"))
            .retryPolicy(
                new RetryPolicy(
                    1, Duration.ofSeconds(1), Backoff.FIXED, 1, Duration.ofSeconds(1), 0))
            .build());
    List<Task> tasks = taskorch.client().enqueueAll(specs).stream().map(this::ended).toList();
    assertThat(tasks)
        .extracting(Task::state)
        .containsExactly(TaskState.RETRYING, TaskState.RETRYING, TaskState.FAILED);
    assertThat(tasks).allSatisfy(task -> assertThat(error(task).message()).isEqualTo("no index"));
  }

  @Test
  void someMayFailAndOthersSucceed() {
    Taskorch taskorch =
        stack.started(
            ofNumbers(
                (numbers, tasks) -> {
                  throw new PartlyFailedException(
                      Map.of(
                          0, new PermanentTaskException("never"),
                          2, new IllegalStateException("later")));
                }));
    List<Task> tasks =
        taskorch.client().enqueueAll(specs(1, 2, 3)).stream().map(this::ended).toList();
    assertThat(tasks)
        .extracting(Task::state)
        .containsExactly(TaskState.FAILED, TaskState.SUCCEEDED, TaskState.RETRYING);
    assertThat(error(tasks.get(0)).message()).isEqualTo("never");
    assertThat(error(tasks.get(2)).message()).isEqualTo("later");
  }

  @Test
  void onlyTheUnreadableOneFails() {
    Documents documents = new Documents();
    Taskorch taskorch = stack.started(documents);
    List<Task> tasks =
        taskorch.client().enqueueAll(specs(1, "\"two\"", 3)).stream().map(this::ended).toList();
    assertThat(tasks)
        .extracting(Task::state)
        .containsExactly(TaskState.SUCCEEDED, TaskState.FAILED, TaskState.SUCCEEDED);
    assertThat(error(tasks.get(1)).kind()).isEqualTo("payload");
    assertThat(documents.calls).containsExactly(List.of(1, 3));
  }

  @Test
  void aResultThatDoesNotFitFailsAll() {
    Taskorch taskorch = stack.started(ofNumbers((numbers, tasks) -> List.of("one")));
    for (TaskHandle<Json> handle : taskorch.client().enqueueAll(specs(1, 2, 3))) {
      Task task = ended(handle);
      assertThat(task.state()).isEqualTo(TaskState.FAILED);
      assertThat(task.reason()).isEqualTo(Reason.PERMANENT_ERROR);
      assertThat(error(task).message())
          .isEqualTo("the handler of 3 tasks has returned a list of 1");
    }
  }

  @Test
  void theShortestTimeoutEndsTheCall() {
    CountDownLatch never = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            ofNumbers(
                (numbers, tasks) -> {
                  never.await();
                  return null;
                }));
    List<TaskSpec> specs = new ArrayList<>(specs(1, 2));
    specs.add(TaskSpec.builder("t").payload(Json.of("3")).timeout(Duration.ofMillis(100)).build());
    for (TaskHandle<Json> handle : taskorch.client().enqueueAll(specs)) {
      assertThat(error(ended(handle)).kind()).isEqualTo("timeout");
    }
  }

  @Test
  void oneThatIsCancelledDoesNotStopTheOthers() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            ofNumbers(
                (numbers, tasks) -> {
                  running.countDown();
                  while (!tasks.get(1).cancelled()) {
                    Thread.onSpinWait();
                  }
                  finish.await();
                  throw new PartlyFailedException(
                      Map.of(1, new IllegalStateException("was cancelled")));
                }));
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs(1, 2, 3));
    running.await();
    taskorch.client().cancel(tasks.get(1).id());
    finish.countDown();
    assertThat(tasks.stream().map(task -> ended(task).state()))
        .containsExactly(TaskState.SUCCEEDED, TaskState.CANCELLED, TaskState.SUCCEEDED);
  }

  @Test
  void theCallIsInterruptedWhenAllAreCancelled() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            ofNumbers(
                (numbers, tasks) -> {
                  running.countDown();
                  new CountDownLatch(1).await();
                  return null;
                }));
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs(1, 2, 3));
    running.await();
    tasks.forEach(task -> taskorch.client().cancel(task.id()));
    assertThat(tasks.stream().map(task -> ended(task).state())).containsOnly(TaskState.CANCELLED);
  }

  @Test
  void aDrainGivesThemBack() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch taskorch =
        stack
            .program(b -> b.worker(Stack.worker().grace(Duration.ofMillis(200)).build()))
            .register(
                ofNumbers(
                    (numbers, tasks) -> {
                      running.countDown();
                      new CountDownLatch(1).await();
                      return null;
                    }))
            .start();
    Taskorch other = stack.program();
    List<TaskHandle<Json>> tasks = other.client().enqueueAll(specs(1, 2, 3));
    running.await();
    taskorch.close();
    assertThat(tasks).allMatch(task -> task.state() == TaskState.PENDING);
    Taskorch next = stack.started(ofNumbers((numbers, contexts) -> numbers));
    assertThat(next.worker()).isPresent();
    for (int i = 0; i < 3; i++) {
      assertThat(tasks.get(i).await(SOON)).isEqualTo(Json.of(String.valueOf(i + 1)));
    }
  }

  @Test
  void aHandlerThatDoesNotHeedTheDrainIsLeft() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    Taskorch taskorch =
        stack
            .program(b -> b.worker(Stack.worker().grace(Duration.ofMillis(200)).build()))
            .register(
                ofNumbers(
                    (numbers, tasks) -> {
                      running.countDown();
                      while (end.getCount() > 0) {
                        Thread.onSpinWait();
                      }
                      return null;
                    }))
            .start();
    Taskorch other = stack.program();
    List<TaskHandle<Json>> tasks = other.client().enqueueAll(specs(1, 2, 3));
    running.await();
    taskorch.close();
    assertThat(tasks).allMatch(task -> task.state() == TaskState.PENDING);
    assertThat(taskorch.worker().orElseThrow().busy()).isZero();
    end.countDown();
  }

  @Test
  void manyTasksOfManyGroupsRunOnceEach() {
    AtomicInteger handled = new AtomicInteger();
    Handler handler =
        Handler.gathering(
            "t",
            Integer.class,
            new Gathering(10, Duration.ofMillis(100)),
            (numbers, tasks) -> {
              handled.addAndGet(numbers.size());
              assertThat(tasks.stream().map(task -> task.task().spec().flow().group()).distinct())
                  .hasSize(1);
              return numbers;
            });
    // So long that none is lost to a stall of the machine.
    var worker = Stack.worker().lease(Duration.ofMinutes(1)).build();
    stack.program(b -> b.worker(worker)).register(handler).start();
    Taskorch taskorch = stack.program(b -> b.worker(worker)).register(handler).start();
    List<TaskSpec> specs =
        IntStream.range(0, 2_000)
            .mapToObj(
                i ->
                    TaskSpec.builder("t")
                        .payload(Json.of(String.valueOf(i)))
                        .group(i % 40 == 0 ? null : "g" + i % 40)
                        .build())
            .toList();
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs);
    for (int i = 0; i < tasks.size(); i++) {
      assertThat(tasks.get(i).await(SOON)).isEqualTo(Json.of(String.valueOf(i)));
    }
    assertThat(handled).hasValue(2_000);
  }
}
