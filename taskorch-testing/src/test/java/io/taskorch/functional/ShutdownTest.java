package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerState;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of running tasks when their worker ends. */
@Timeout(60)
class ShutdownTest {

  @RegisterExtension final Stack stack = new Stack(2);

  @Test
  void whatRunsFinishesWithinTheGraceTime() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    Taskorch program =
        stack.started(
            Handler.of(
                "t",
                Json.class,
                (payload, task) -> {
                  running.countDown();
                  finish.await();
                  return "whole";
                }));
    Taskorch other = stack.program();
    TaskHandle<String> task = other.client().enqueue("t", null, String.class);
    running.await();
    Thread closing = Thread.ofVirtual().start(program::close);
    await().until(() -> program.worker().orElseThrow().draining());
    TaskHandle<Json> late = other.client().enqueue("t", null);
    finish.countDown();
    closing.join();
    assertThat(task.await(Duration.ofSeconds(5))).isEqualTo("whole");
    assertThat(late.state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void whatDoesNotFinishInTimeIsInterruptedAndReadyAgainWithItsAttemptUnspent() throws Exception {
    CountDownLatch running = new CountDownLatch(3);
    AtomicInteger interrupted = new AtomicInteger();
    CountDownLatch never = new CountDownLatch(1);
    Taskorch program =
        stack
            .program(
                builder -> builder.worker(Stack.worker().grace(Duration.ofMillis(300)).build()))
            .register(
                new Object() {
                  @TaskHandler("polite")
                  void polite() throws InterruptedException {
                    running.countDown();
                    try {
                      never.await();
                    } catch (InterruptedException e) {
                      interrupted.incrementAndGet();
                      throw e;
                    }
                  }

                  @TaskHandler("swallows")
                  String swallows(TaskContext task) {
                    running.countDown();
                    try {
                      never.await();
                    } catch (InterruptedException e) {
                      interrupted.incrementAndGet();
                    }
                    return "half done";
                  }

                  @TaskHandler("deaf")
                  void deaf() {
                    running.countDown();
                    while (never.getCount() > 0) {
                      Thread.onSpinWait();
                    }
                  }
                })
            .start();
    Taskorch other = stack.program();
    List<TaskHandle<Json>> tasks = new ArrayList<>();
    for (String type : List.of("polite", "swallows", "deaf")) {
      tasks.add(other.client().enqueue(TaskSpec.of(type)));
    }
    running.await();
    long began = System.nanoTime();
    program.close();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    assertThat(interrupted).hasValue(2);
    for (TaskHandle<Json> handle : tasks) {
      Task task = other.client().get(handle.id());
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
      assertThat(task.attempt()).isZero();
      assertThat(task.crashes()).isZero();
      assertThat(task.failures()).isZero();
    }
    never.countDown();
  }

  @Test
  void anInterruptOfWhoClosesItCutsNothingShort() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch program = stack.program();
    program
        .register(
            Handler.of(
                "t",
                Json.class,
                (payload, task) -> {
                  running.countDown();
                  // It ends when the closing has begun, which must wait for it then.
                  await().until(() -> program.worker().orElseThrow().draining());
                  return "whole";
                }))
        .start();
    Taskorch other = stack.program();
    TaskHandle<String> task = other.client().enqueue("t", null, String.class);
    running.await();
    Thread.currentThread().interrupt();
    program.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void nothingStartsOnceItDrainsAndNothingIsLostUnderLoad() throws Exception {
    AtomicBoolean drained = new AtomicBoolean();
    AtomicInteger startedLate = new AtomicInteger();
    AtomicInteger handled = new AtomicInteger();
    Handler handler =
        Handler.of(
            "t",
            Json.class,
            (payload, task) -> {
              if (drained.get()) {
                startedLate.incrementAndGet();
              }
              return handled.incrementAndGet();
            });
    Taskorch first =
        stack
            .program(builder -> builder.worker(Stack.worker().concurrency(50).build()))
            .register(handler)
            .start();
    Taskorch other = stack.program();
    other.client().enqueueAll(Collections.nCopies(5_000, TaskSpec.of("t")));
    await().until(() -> handled.get() > 500);
    first.worker().orElseThrow().drain();
    drained.set(true);
    assertThat(handled.get()).isLessThan(5_000);
    long waiting = count(other, TaskState.PENDING);
    assertThat(count(other, TaskState.SUCCEEDED)).isEqualTo(handled.get());
    assertThat(waiting).isEqualTo(5_000 - handled.get());
    assertThat(count(other, TaskState.RUNNING)).isZero();
    assertThat(startedLate).hasValue(0);
    drained.set(false);
    stack.started(handler);
    await().until(() -> count(other, TaskState.SUCCEEDED) == 5_000);
    assertThat(handled).hasValue(5_000);
  }

  private static long count(Taskorch taskorch, TaskState state) {
    return taskorch.queues().find("default").orElseThrow().depth().get(state);
  }

  @Test
  void aWorkerDrainsWhenItIsAskedToAndLeavesTheListWhenItEnds() throws Exception {
    Taskorch program = stack.started(Handler.of("t", Json.class, (payload, task) -> null));
    Taskorch other = stack.program();
    String id = program.worker().orElseThrow().id();
    await().until(() -> other.workers().list().size() == 1);
    RegisteredWorker listed = other.workers().list().getFirst();
    assertThat(listed.info().id()).isEqualTo(id);
    assertThat(listed.info().types()).containsExactly("t");
    assertThat(listed.info().queues()).containsExactly("default");
    assertThat(listed.info().slots()).isEqualTo(10);
    assertThat(listed.state()).isEqualTo(WorkerState.ACTIVE);

    assertThat(other.workers().drain(id)).isTrue();
    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> other.workers().list().getFirst().state() == WorkerState.DRAINING);
    await().atMost(Duration.ofSeconds(15)).until(() -> program.worker().orElseThrow().draining());
    TaskHandle<Json> late = other.client().enqueue("t", null);
    program.close();
    assertThat(other.workers().list()).isEmpty();
    assertThat(late.state()).isEqualTo(TaskState.PENDING);
  }
}
