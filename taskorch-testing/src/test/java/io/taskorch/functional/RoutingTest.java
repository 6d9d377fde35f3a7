package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which worker runs a task, and how many it runs at once. */
@Timeout(60)
class RoutingTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final Stack stack = new Stack(3);

  private final AtomicInteger inWork = new AtomicInteger();
  private final AtomicInteger mostInWork = new AtomicInteger();

  /** How many slots are in work while one of a task's attempts runs. */
  private void during(TaskContext task, Runnable work) {
    int slots = task.task().spec().flow().slots();
    mostInWork.accumulateAndGet(inWork.addAndGet(slots), Math::max);
    work.run();
    inWork.addAndGet(-slots);
  }

  private Taskorch worker(int slots, List<String> queues, Handler... handlers) {
    Taskorch program =
        stack.program(
            builder -> builder.worker(Stack.worker().concurrency(slots).queues(queues).build()));
    for (Handler handler : handlers) {
      program.register(handler);
    }
    return program.start();
  }

  private static TaskSpec spec(int slots, String queue, Priority priority) {
    return TaskSpec.builder("t").slots(slots).queue(queue).priority(priority).build();
  }

  @Test
  void aWorkerRunsNoMoreThanItsSlotsHoweverManyATaskTakes() {
    Semaphore mayEnd = new Semaphore(0);
    Taskorch taskorch =
        worker(
            4,
            List.of("default"),
            Handler.of(
                "t",
                Json.class,
                (payload, task) -> {
                  during(task, mayEnd::acquireUninterruptibly);
                  return null;
                }));
    // Of one group, and so of one partition.
    List<TaskHandle<Json>> tasks =
        taskorch
            .client()
            .enqueueAll(
                List.of(3, 3, 1, 1).stream()
                    .map(slots -> TaskSpec.builder("t").slots(slots).group("a").build())
                    .toList());
    await().until(() -> inWork.get() == 3);
    assertThat(taskorch.worker().orElseThrow().busy()).isEqualTo(3);
    mayEnd.release();
    // The second large one has not been overtaken by the small ones, of which one fits beside it.
    await().until(() -> inWork.get() == 4);
    assertThat(tasks.get(1).state()).isEqualTo(TaskState.RUNNING);
    mayEnd.release(3);
    tasks.forEach(task -> task.await(SOON));
    assertThat(mostInWork).hasValue(4);
    await().until(() -> taskorch.worker().orElseThrow().busy() == 0);
  }

  @ParameterizedTest
  @CsvSource({"default, NORMAL", "default, HIGH", "others, NORMAL", "others, CRITICAL"})
  void noStreamOfSmallTasksKeepsALargeOneWaiting(String queue, Priority priority) {
    AtomicInteger handled = new AtomicInteger();
    Taskorch sender = stack.program();
    TaskSpec small = spec(1, queue, priority);
    Taskorch taskorch =
        worker(
            4,
            List.of("default", "others"),
            Handler.of(
                "t",
                Json.class,
                (payload, task) -> {
                  during(
                      task,
                      () -> {
                        if (task.task().spec().flow().slots() == 1) {
                          // Each is followed by another one: the stream does not end.
                          sender.client().enqueue(small);
                          handled.incrementAndGet();
                        }
                      });
                  return null;
                }));
    for (int i = 0; i < 40; i++) {
      sender.client().enqueue(small);
    }
    await().until(() -> handled.get() > 100);
    for (int slots : List.of(3, 4, 2)) {
      taskorch.client().enqueue(spec(slots, "default", Priority.NORMAL)).await(SOON);
    }
    assertThat(mostInWork).hasValueLessThanOrEqualTo(4);
  }

  @Test
  void aTaskGoesToAWorkerThatHasItsLabels() {
    Handler handler = Handler.of("t", Json.class, (payload, task) -> null);
    Taskorch plain = stack.started(handler);
    Taskorch labelled =
        stack
            .program(builder -> builder.worker(Stack.worker().labels("gpu", "region=eu").build()))
            .register(handler)
            .start();
    await()
        .untilAsserted(
            () ->
                assertThat(plain.workers().list())
                    .extracting(worker -> worker.info())
                    .extracting(WorkerInfo::labels)
                    .containsExactlyInAnyOrder(List.of(), List.of("gpu", "region=eu")));
    String ofLabelled = labelled.worker().orElseThrow().id();
    for (List<String> labels : List.of(List.of("region=eu"), List.of("region=eu", "gpu"))) {
      TaskHandle<Json> task =
          plain.client().enqueue(TaskSpec.builder("t").requires(labels).build());
      task.await(SOON);
      assertThat(plain.client().get(task.id()).workerId()).isEqualTo(ofLabelled);
    }
  }
}
