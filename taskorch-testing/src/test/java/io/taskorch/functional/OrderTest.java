package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskHandler;
import io.taskorch.worker.WorkerOptions.Priorities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which task comes first, and when. */
@Timeout(60)
class OrderTest {

  @RegisterExtension final Stack stack = new Stack();

  private final Queue<Priority> started = new ConcurrentLinkedQueue<>();

  private Taskorch backlog(Priorities rule, int slots, int ofEach) {
    Taskorch taskorch =
        stack.program(
            builder -> builder.worker(Stack.worker().concurrency(slots).priorities(rule).build()));
    List<TaskSpec> specs = new ArrayList<>();
    for (Priority priority : Priority.values()) {
      specs.addAll(Collections.nCopies(ofEach, TaskSpec.builder("t").priority(priority).build()));
    }
    taskorch.client().enqueueAll(specs);
    return taskorch
        .register(
            Handler.of(
                "t",
                Json.class,
                (payload, task) -> {
                  started.add(task.priority());
                  return null;
                }))
        .start();
  }

  @Test
  void aWorkerWithOneSlotSharesItAmongThePriorities() {
    backlog(Priorities.WEIGHTED, 1, 100);
    await().until(() -> started.size() >= 30);
    List<Priority> first = List.copyOf(started).subList(0, 30);
    assertThat(Collections.frequency(first, Priority.CRITICAL)).isEqualTo(16);
    assertThat(Collections.frequency(first, Priority.HIGH)).isEqualTo(8);
    assertThat(Collections.frequency(first, Priority.NORMAL)).isEqualTo(4);
    assertThat(Collections.frequency(first, Priority.LOW)).isEqualTo(2);
  }

  @Test
  void strictPrioritiesTakeTheHighestFirst() {
    backlog(Priorities.STRICT, 1, 20);
    await().until(() -> started.size() == 80);
    assertThat(List.copyOf(started)).isSorted();
  }

  @Test
  void withinAPriorityTheFirstInIsTheFirstOut() {
    Taskorch taskorch =
        stack.program(builder -> builder.worker(Stack.worker().concurrency(1).build()));
    List<TaskHandle<Json>> tasks =
        taskorch.client().enqueueAll(Collections.nCopies(300, TaskSpec.of("t")));
    Queue<String> order = new ConcurrentLinkedQueue<>();
    taskorch
        .register(Handler.of("t", Json.class, (payload, task) -> order.add(task.taskId())))
        .start();
    await().until(() -> order.size() == 300);
    assertThat(order).containsExactlyElementsOf(tasks.stream().map(TaskHandle::id).toList());
  }

  @Test
  void aDelayedTaskStartsWhenItIsDueNotWhenAPollFindsIt() {
    Taskorch taskorch =
        stack.program(
            builder ->
                builder
                    .withoutUpkeep()
                    .worker(Stack.worker().pollInterval(Duration.ofSeconds(30)).build()));
    taskorch.register(Handler.of("t", Json.class, (payload, task) -> null)).start();
    for (int delay : List.of(400, 150, 1)) {
      TaskHandle<Json> handle =
          taskorch.client().enqueue(TaskSpec.builder("t").delay(Duration.ofMillis(delay)).build());
      handle.await(Duration.ofSeconds(10));
      Task task = taskorch.client().get(handle.id());
      assertThat(task.startedAt())
          .isAfterOrEqualTo(task.dueAt())
          .isBefore(task.dueAt().plusSeconds(2));
    }
  }

  @Test
  void aPausedQueueGivesNothingUntilItIsResumed() {
    Taskorch taskorch = stack.program();
    taskorch.queues().pause("default");
    AtomicInteger handled = new AtomicInteger();
    taskorch
        .register(Handler.of("t", Json.class, (payload, task) -> handled.incrementAndGet()))
        .start();
    TaskHandle<Json> task = taskorch.client().enqueue("t", null);
    await().until(() -> taskorch.worker().orElseThrow().lastPoll().isPresent());
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
    assertThat(handled).hasValue(0);
    taskorch.queues().resume("default");
    task.await(Duration.ofSeconds(10));
  }

  @Test
  void aWorkerTakesFromTheQueuesOfItsHandlersAndTheDefaultOne() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler(value = "a", queue = "images")
              String first(io.taskorch.worker.TaskContext task) {
                return task.queue();
              }
            });
    for (String queue : List.of("images", "default")) {
      assertThat(
              taskorch
                  .client()
                  .enqueue(TaskSpec.builder("a").queue(queue).build(), String.class)
                  .await(Duration.ofSeconds(10)))
          .isEqualTo(queue);
    }
  }

  @Test
  void aTypeThatOneWorkerLacksWaitsForTheOneThatHasIt() {
    Taskorch taskorch = stack.started(Handler.of("a", Json.class, (payload, task) -> "a"));
    List<TaskSpec> specs = new ArrayList<>(Collections.nCopies(450, TaskSpec.of("b")));
    specs.add(TaskSpec.of("a"));
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs);
    assertThat(tasks.getLast().await(Duration.ofSeconds(10))).hasToString("\"a\"");
    stack.started(Handler.of("b", Json.class, (payload, task) -> "b"));
    for (TaskHandle<Json> task : tasks.subList(0, 450)) {
      assertThat(task.await(Duration.ofSeconds(10))).hasToString("\"b\"");
    }
  }
}
