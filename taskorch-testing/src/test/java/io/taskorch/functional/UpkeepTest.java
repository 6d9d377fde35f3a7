package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.upkeep.UpkeepOptions;
import io.taskorch.worker.Handler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The moves that time makes, by a process that does nothing else. */
@Timeout(60)
class UpkeepTest {

  @RegisterExtension final Stack stack = new Stack(3);

  private Taskorch upkeep(Duration noHandlerGrace) {
    return stack
        .program(
            builder ->
                builder
                    .stores(stack.namespace().connect())
                    .upkeep(new UpkeepOptions(Duration.ofMillis(20), noHandlerGrace)))
        .start();
  }

  private Taskorch byTheTestsClock() {
    return stack.program(builder -> builder.stores(stack.namespace().connect()).withoutUpkeep());
  }

  @Test
  void dueTasksBecomeReadyWithoutAWorker() {
    upkeep(Duration.ofMinutes(5));
    Taskorch taskorch = byTheTestsClock();
    List<TaskSpec> specs =
        List.of(
            TaskSpec.builder("t").delay(Duration.ofHours(1)).build(),
            TaskSpec.builder("t").delay(Duration.ofHours(3)).build());
    List<TaskHandle<Json>> tasks = taskorch.client().enqueueAll(specs);
    stack.namespace().clock().advance(Duration.ofHours(2));
    await().until(() -> tasks.get(0).state() == TaskState.PENDING);
    assertThat(tasks.get(1).state()).isEqualTo(TaskState.SCHEDULED);
  }

  @Test
  void aTypeThatNoLiveWorkerHandlesFailsAfterTheGraceAndNotBefore() {
    Duration grace = Duration.ofSeconds(2);
    upkeep(grace);
    Taskorch worker = byTheTestsClock();
    worker.register(Handler.of("known", Json.class, (payload, task) -> null)).start();
    await().until(() -> !worker.workers().list().isEmpty());
    TaskHandle<Json> unknown = worker.client().enqueue("unknown", null);
    worker.client().enqueue("known", null).await(Duration.ofSeconds(10));
    await().atMost(Duration.ofSeconds(20)).until(() -> unknown.state() == TaskState.FAILED);
    Task failed = worker.client().get(unknown.id());
    assertThat(failed.reason()).isEqualTo(Reason.NO_HANDLER);
    assertThat(failed.lastError().kind()).isEqualTo("no-handler");
    assertThat(failed.attempt()).isZero();
    assertThat(failed.updatedAt()).isAfterOrEqualTo(failed.createdAt().plus(grace));
  }

  @Test
  void aTaskWhoseLabelsNoLiveWorkerHasFailsAfterTheGrace() {
    upkeep(Duration.ofMillis(100));
    Taskorch worker = byTheTestsClock();
    worker.register(Handler.of("t", Json.class, (payload, task) -> null)).start();
    await().until(() -> !worker.workers().list().isEmpty());
    TaskSpec spec = TaskSpec.builder("t").requires(List.of("gpu")).build();
    TaskHandle<Json> task = worker.client().enqueue(spec);
    await().atMost(Duration.ofSeconds(20)).until(() -> task.state() == TaskState.FAILED);
    assertThat(worker.client().get(task.id()).lastError().message()).endsWith("with labels gpu");
  }

  @Test
  void withoutAnyLiveWorkerTasksWait() {
    Taskorch upkeep = upkeep(Duration.ZERO);
    Taskorch taskorch = byTheTestsClock();
    TaskHandle<Json> task = taskorch.client().enqueue("unknown", null);
    stack.namespace().clock().advance(Duration.ofHours(1));
    var passed = InstantSource.system().instant().plusSeconds(2);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> upkeep.upkeep().orElseThrow().lastPass().filter(passed::isBefore).isPresent());
    assertThat(task.state()).isEqualTo(TaskState.PENDING);
  }

  @Test
  void whatIsOlderThanItsRetentionIsDeleted() {
    Taskorch taskorch = byTheTestsClock();
    taskorch.register(Handler.of("t", Json.class, (payload, task) -> null)).start();
    TaskHandle<Json> brief =
        taskorch.client().enqueue(TaskSpec.builder("t").retention(Duration.ofMinutes(1)).build());
    TaskHandle<Json> usual = taskorch.client().enqueue("t", null);
    brief.await(Duration.ofSeconds(10));
    usual.await(Duration.ofSeconds(10));
    stack.namespace().clock().advance(Duration.ofMinutes(2));
    upkeep(Duration.ofMinutes(5));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> taskorch.client().find(brief.id()).isEmpty());
    assertThat(usual.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks()).hasSize(1);
  }
}
