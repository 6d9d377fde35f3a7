package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.Taskorch;
import io.taskorch.client.AwaitTimeoutException;
import io.taskorch.client.TaskCancelledException;
import io.taskorch.client.TaskFailedException;
import io.taskorch.client.TaskHandle;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Handler;
import io.taskorch.worker.Retry;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a task in a worker's hands. */
@Timeout(60)
class HandlingTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final RetryPolicy AT_ONCE =
      new RetryPolicy(3, Duration.ofMillis(1), Backoff.FIXED, 1, Duration.ofMillis(1), 0);

  @RegisterExtension final Stack stack = new Stack();

  record Image(String url, int width) {}

  record Thumb(String url, Instant at) {}

  @Test
  void aTaskIsHandledAndItsResultAwaited() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("thumb")
              Thumb make(Image image) {
                return new Thumb(image.url() + "?w=" + image.width(), Instant.EPOCH);
              }
            });
    TaskHandle<Thumb> task =
        taskorch.client().enqueue("thumb", new Image("http://a", 40), Thumb.class);
    assertThat(task.await(SOON)).isEqualTo(new Thumb("http://a?w=40", Instant.EPOCH));
    Task read = taskorch.client().get(task.id());
    assertThat(read.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(read.attempt()).isEqualTo(1);
    assertThat(read.result())
        .hasToString("{\"url\":\"http://a?w=40\",\"at\":\"1970-01-01T00:00:00Z\"}");
    assertThat(read.workerId()).isEqualTo(taskorch.worker().orElseThrow().id());
  }

  @Test
  void payloadsComeInTheShapeThatTheHandlerAsksFor() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("nothing")
              void nothing() {}

              @TaskHandler("text")
              String text(String text) {
                return text;
              }

              @TaskHandler("number")
              int number(int number) {
                return number + 1;
              }

              @TaskHandler("map")
              Object map(Map<String, List<Integer>> map) {
                return map.get("a").get(1);
              }

              @TaskHandler("tree")
              JsonNode tree(JsonNode node) {
                return node.get("b");
              }

              @TaskHandler("bytes")
              Json bytes(Json json) {
                return json;
              }

              @TaskHandler("newer")
              String newer(Image image) {
                return image.url();
              }
            });
    var client = taskorch.client();
    assertThat(client.enqueue("nothing", null).await(SOON)).isEqualTo(Json.NULL);
    assertThat(client.enqueue("text", "é\n", String.class).await(SOON)).isEqualTo("é\n");
    assertThat(client.enqueue("number", 41, Integer.class).await(SOON)).isEqualTo(42);
    assertThat(client.enqueue("map", Map.of("a", List.of(1, 2)), int.class).await(SOON))
        .isEqualTo(2);
    assertThat(client.enqueue("tree", Json.of("{\"b\":[1]}")).await(SOON)).hasToString("[1]");
    assertThat(client.enqueue("bytes", Json.of("{ \"x\" : 1.10 }")).await(SOON))
        .hasToString("{ \"x\" : 1.10 }");
    assertThat(
            client
                .enqueue("newer", Map.of("url", "u", "added_later", true), String.class)
                .await(SOON))
        .isEqualTo("u");
  }

  @Test
  void anUnreadablePayloadFailsForGoodAndIsNotEchoed() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("thumb")
              void make(Image image) {}
            });
    TaskFailedException failed =
        catchThrowableOfType(
            TaskFailedException.class,
            () -> taskorch.client().enqueue("thumb", Map.of("width", "s3cret")).await(SOON));
    assertThat(failed.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(failed.error().kind()).isEqualTo("payload");
    assertThat(failed.error().message()).contains("Image").contains("/width");
    assertThat(failed.error().toString()).doesNotContain("s3cret");
  }

  @Test
  void aResultThatIsTooLargeFailsForGood() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("large")
              String large() {
                return "x".repeat(1024 * 1024);
              }
            });
    TaskFailedException failed =
        catchThrowableOfType(
            TaskFailedException.class, () -> taskorch.client().enqueue("large", null).await(SOON));
    assertThat(failed.error().kind()).isEqualTo("result-too-large");
    assertThat(taskorch.client().get(failed.id()).attempt()).isEqualTo(1);
  }

  @Test
  void anExceptionIsTriedAgainByThePolicyUntilItsAttemptsAreSpent() {
    AtomicInteger calls = new AtomicInteger();
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("flaky")
              String flaky(TaskContext task) {
                if (calls.incrementAndGet() < 3) {
                  throw new IllegalStateException("attempt " + task.attempt());
                }
                return "done";
              }

              @TaskHandler("hopeless")
              void hopeless() {
                throw new IllegalStateException("never");
              }
            });
    TaskHandle<String> flaky =
        taskorch
            .client()
            .enqueue(TaskSpec.builder("flaky").retryPolicy(AT_ONCE).build(), String.class);
    assertThat(flaky.await(SOON)).isEqualTo("done");
    Task read = taskorch.client().get(flaky.id());
    assertThat(read.attempt()).isEqualTo(3);
    assertThat(read.failures()).isEqualTo(2);
    assertThat(read.attempts())
        .extracting(a -> a.error() == null ? null : a.error().message())
        .containsExactly("attempt 1", "attempt 2", null);

    TaskFailedException failed =
        catchThrowableOfType(
            TaskFailedException.class,
            () ->
                taskorch
                    .client()
                    .enqueue(TaskSpec.builder("hopeless").retryPolicy(AT_ONCE).build())
                    .await(SOON));
    assertThat(failed.reason()).isEqualTo(Reason.ATTEMPTS_SPENT);
    assertThat(failed.error().type()).isEqualTo(IllegalStateException.class.getName());
    assertThat(failed.error().stack()).contains("hopeless");
    assertThat(taskorch.client().get(failed.id()).attempt()).isEqualTo(3);
  }

  @Test
  void aPermanentExceptionAndAnErrorFailAtOnce() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("permanent")
              void permanent() {
                throw new PermanentTaskException("no such image");
              }

              @TaskHandler("error")
              void error() {
                throw new StackOverflowError("deep");
              }
            });
    for (String type : List.of("permanent", "error")) {
      TaskFailedException failed =
          catchThrowableOfType(
              TaskFailedException.class,
              () ->
                  taskorch
                      .client()
                      .enqueue(TaskSpec.builder(type).retryPolicy(AT_ONCE).build())
                      .await(SOON));
      assertThat(failed.reason()).isEqualTo(Reason.PERMANENT_ERROR);
      assertThat(taskorch.client().get(failed.id()).attempt()).isEqualTo(1);
    }
  }

  @Test
  void theTasksPolicyWinsOverTheHandlersAndThatOverTheWorkers() {
    Taskorch taskorch =
        stack
            .program(
                builder ->
                    builder.worker(Stack.worker().retryPolicy(AT_ONCE.withMaxAttempts(4)).build()))
            .register(
                new Object() {
                  @TaskHandler(
                      value = "handlers",
                      retry = @Retry(maxAttempts = 2, delay = "1ms", jitter = 0))
                  void handlers() {
                    throw new IllegalStateException();
                  }

                  @TaskHandler("workers")
                  void workers() {
                    throw new IllegalStateException();
                  }
                })
            .start();
    assertThat(attempts(taskorch, TaskSpec.of("workers"))).isEqualTo(4);
    assertThat(attempts(taskorch, TaskSpec.of("handlers"))).isEqualTo(2);
    assertThat(attempts(taskorch, TaskSpec.builder("handlers").retryPolicy(AT_ONCE).build()))
        .isEqualTo(3);
  }

  private static int attempts(Taskorch taskorch, TaskSpec spec) {
    TaskHandle<Json> task = taskorch.client().enqueue(spec);
    assertThatThrownBy(() -> task.await(SOON)).isInstanceOf(TaskFailedException.class);
    Task read = taskorch.client().get(task.id());
    assertThat(read.maxAttempts()).isEqualTo(read.attempt());
    return read.attempt();
  }

  @Test
  void aSnoozedTaskComesBackWithItsAttemptUnspent() {
    AtomicInteger calls = new AtomicInteger();
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("later")
              String later(TaskContext task) {
                if (calls.incrementAndGet() == 1) {
                  throw task.snooze(Duration.ofMillis(50));
                }
                return "attempt " + task.attempt();
              }
            });
    TaskHandle<String> task = taskorch.client().enqueue("later", null, String.class);
    assertThat(task.await(SOON)).isEqualTo("attempt 1");
    assertThat(calls).hasValue(2);
  }

  @Test
  void anAttemptThatRunsTooLongIsInterruptedAndTriedAgain() {
    AtomicInteger interrupted = new AtomicInteger();
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler(
                  value = "slow",
                  timeout = "50ms",
                  retry = @Retry(maxAttempts = 2, delay = "1ms"))
              void slow(TaskContext task) throws InterruptedException {
                assertThat(task.deadline()).isPresent();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  interrupted.incrementAndGet();
                  throw e;
                }
              }
            });
    TaskFailedException failed =
        catchThrowableOfType(
            TaskFailedException.class, () -> taskorch.client().enqueue("slow", null).await(SOON));
    assertThat(failed.error().kind()).isEqualTo("timeout");
    assertThat(failed.error().message()).isEqualTo("ran longer than 50ms");
    assertThat(failed.reason()).isEqualTo(Reason.ATTEMPTS_SPENT);
    assertThat(interrupted).hasValue(2);
  }

  @Test
  void theTasksTimeoutWinsOverTheHandlers() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler(value = "slow", timeout = "1h")
              void slow() throws InterruptedException {
                new CountDownLatch(1).await();
              }
            });
    TaskSpec spec =
        TaskSpec.builder("slow")
            .timeout(Duration.ofMillis(30))
            .retryPolicy(AT_ONCE.withMaxAttempts(1))
            .build();
    assertThatThrownBy(() -> taskorch.client().enqueue(spec).await(SOON))
        .hasMessageContaining("ran longer than 30ms");
  }

  @Test
  void cancellingARunningTaskInterruptsItsHandlerWhereverItRuns() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    AtomicReference<Boolean> cancelled = new AtomicReference<>();
    stack.started(
        new Object() {
          @TaskHandler("endless")
          void endless(TaskContext task) throws InterruptedException {
            running.countDown();
            try {
              new CountDownLatch(1).await();
            } finally {
              cancelled.set(task.cancelled());
            }
          }
        });
    Taskorch elsewhere = stack.program();
    TaskHandle<Json> task = elsewhere.client().enqueue("endless", null);
    running.await();
    Instant asked = Instant.now();
    assertThat(elsewhere.client().cancel(task.id()).cancelRequested()).isTrue();
    assertThatThrownBy(() -> task.await(SOON)).isInstanceOf(TaskCancelledException.class);
    assertThat(cancelled.get()).isTrue();
    assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(2));
    assertThat(elsewhere.client().cancel(task.id()).state()).isEqualTo(TaskState.CANCELLED);
  }

  @Test
  void aCancelledTaskThatCompletesAllTheSameHasSucceeded() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("stubborn")
              String stubborn(TaskContext task) {
                running.countDown();
                while (!task.cancelled()) {
                  Thread.onSpinWait();
                }
                return "all the same";
              }
            });
    TaskHandle<String> task = taskorch.client().enqueue("stubborn", null, String.class);
    running.await();
    task.cancel();
    assertThat(task.await(SOON)).isEqualTo("all the same");
  }

  @Test
  void progressAndLogLinesCanBeReadWhileItRunsAndInOrder() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("chatty")
              void chatty(TaskContext task) throws InterruptedException {
                task.progress(40, "decoded");
                task.log("first");
                finish.await();
                for (int i = 0; i < 3_000; i++) {
                  task.progress(i / 30, "line " + i);
                  task.log("line " + i);
                }
                task.log("stderr", "two\nlines");
                task.progress(100);
              }
            });
    TaskHandle<Json> task = taskorch.client().enqueue("chatty", null);
    await()
        .untilAsserted(
            () -> {
              assertThat(taskorch.client().get(task.id()).progress()).isNotNull();
              assertThat(taskorch.client().get(task.id()).progress().message())
                  .isEqualTo("decoded");
              assertThat(taskorch.client().logs(task.id(), 0, 10).lines()).hasSize(1);
            });
    finish.countDown();
    task.await(SOON);
    assertThat(taskorch.client().get(task.id()).progress().percent()).isEqualTo(100);
    long after = 0;
    int read = 0;
    while (true) {
      var page = taskorch.client().logs(task.id(), after, 1_000);
      if (page.lines().isEmpty()) {
        break;
      }
      for (var line : page.lines()) {
        String expected =
            switch (read) {
              case 0 -> "first";
              case 3_001 -> "two";
              case 3_002 -> "lines";
              default -> "line " + (read - 1);
            };
        assertThat(line.line()).isEqualTo(expected);
        read++;
        after = line.seq();
      }
    }
    assertThat(read).isEqualTo(3_003);
  }

  @Test
  void handlersThatKeepEveryCarrierBusyLoseNoLease() {
    Taskorch taskorch =
        stack
            .program(
                builder ->
                    builder.worker(
                        Stack.worker().concurrency(8).lease(Duration.ofSeconds(1)).build()))
            .register(
                Handler.of(
                    "hog",
                    Json.class,
                    (payload, task) -> {
                      long end = System.nanoTime() + Duration.ofMillis(2_500).toNanos();
                      while (System.nanoTime() < end && !task.cancelled()) {
                        Thread.onSpinWait();
                      }
                      return task.cancelled();
                    }))
            .start();
    int carriers = Runtime.getRuntime().availableProcessors();
    List<TaskHandle<Json>> hogs =
        taskorch.client().enqueueAll(Collections.nCopies(carriers, TaskSpec.of("hog")));
    for (TaskHandle<Json> hog : hogs) {
      assertThat(hog.await(SOON)).hasToString("false");
      assertThat(taskorch.client().get(hog.id()).attempt()).isEqualTo(1);
      assertThat(taskorch.client().get(hog.id()).crashes()).isZero();
    }
  }

  @Test
  void awaitingEndsWithTheTimeThatItWasGiven() {
    Taskorch taskorch = stack.program();
    TaskHandle<Json> task = taskorch.client().enqueue("nobody", null);
    assertThatThrownBy(() -> task.await(Duration.ofMillis(30)))
        .isInstanceOf(AwaitTimeoutException.class)
        .hasMessageContaining("30ms");
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void startAndCloseMayBeCalledTwice() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("t")
              void handle() {}
            });
    String worker = taskorch.worker().orElseThrow().id();
    taskorch.start();
    assertThat(taskorch.worker().orElseThrow().id()).isEqualTo(worker);
    assertThatThrownBy(() -> taskorch.register(new Object()))
        .isInstanceOf(IllegalArgumentException.class);
    taskorch.close();
    taskorch.close();
    assertThatThrownBy(taskorch::start).isInstanceOf(IllegalStateException.class);
  }
}
