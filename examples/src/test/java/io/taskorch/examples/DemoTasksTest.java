package io.taskorch.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.TaskorchTest;
import io.taskorch.testing.TestNamespace;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TaskorchTest
class DemoTasksTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private Taskorch taskorch;

  @BeforeEach
  void start(TestNamespace namespace) {
    taskorch = Taskorch.builder().stores(namespace.connect()).connect();
    taskorch.register(new DemoTasks()).start();
  }

  @AfterEach
  void stop() {
    taskorch.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo", "demo_job"})
  void anEchoIsThePayloadByteForByte(String type) {
    Task ended = run(type, "{\"b\": 1.10, \"a\" : [ ]}");

    assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(ended.result()).hasToString("{\"b\": 1.10, \"a\" : [ ]}");
  }

  @Test
  void aSleepTakesItsTime() {
    long begin = System.nanoTime();

    Task ended = run("sleep", "{\"for\":\"300ms\"}");

    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(300));
    assertThat(ended.result()).hasToString("{\"for\":\"300ms\"}");
  }

  @Test
  void aSleeperIsWokenByACancel() {
    String id = taskorch.client().enqueue(spec("sleep", "{\"for\":\"1h\"}")).id();
    await().atMost(SOON).until(() -> taskorch.client().get(id).state() == TaskState.RUNNING);

    taskorch.client().cancel(id);

    assertThat(taskorch.client().await(id, SOON).state()).isEqualTo(TaskState.CANCELLED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "-3s", "3", "99999999999999999999s"})
  void whatIsNoDurationFailsAtOnce(String length) {
    Task ended = run("sleep", "{\"for\":\"" + length + "\"}");

    assertThat(ended.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(ended.lastError().message()).startsWith("for is not a duration");
  }

  @Test
  void aFailureEndsWhenItHasFailedOftenEnough() {
    Task ended = run("fail", "{\"times\":2}");

    assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(ended.result()).hasToString("{\"attempt\":3}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "{\"times\":9}"})
  void aFailureSpendsItsAttempts(String payload) {
    Task ended = run("fail", payload);

    assertThat(ended.reason()).isEqualTo(Reason.ATTEMPTS_SPENT);
    assertThat(ended.attempt()).isEqualTo(3);
  }

  @Test
  void aPermanentFailureHasOneAttempt() {
    Task ended = run("fail", "{\"times\":2,\"permanent\":true}");

    assertThat(ended.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(ended.attempt()).isEqualTo(1);
  }

  private Task run(String type, String payload) {
    return taskorch.client().await(taskorch.client().enqueue(spec(type, payload)).id(), SOON);
  }

  private static TaskSpec spec(String type, String payload) {
    Duration moment = Duration.ofMillis(1);
    RetryPolicy quickly = new RetryPolicy(3, moment, Backoff.FIXED, 1, moment, 0);
    return TaskSpec.builder(type).payload(Json.of(payload)).retryPolicy(quickly).build();
  }
}
