package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.Taskorch;
import io.taskorch.client.BatchRow;
import io.taskorch.client.Submission;
import io.taskorch.client.TaskHandle;
import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.NewTask;
import io.taskorch.store.Partitions;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.GoneException;
import io.taskorch.task.IdempotencyConflictException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.FaultProxy;
import io.taskorch.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How tasks are submitted, once or many at a time. */
@Timeout(60)
class SubmissionTest {

  @RegisterExtension final Stack stack = new Stack(4);

  private static TaskSpec.Builder keyed(String key) {
    return TaskSpec.builder("t").idempotencyKey(key);
  }

  @Test
  void theSameKeyAgainGivesTheFirstTask() {
    Taskorch taskorch = stack.program();
    Submission first =
        taskorch.client().submit(keyed("k").payload(Json.of("{\"a\":1,\"b\":2.50}")).build());
    assertThat(first.created()).isTrue();
    Submission again =
        stack
            .program()
            .client()
            .submit(keyed("k").payload(Json.of("{\"b\": 2.50, \"a\": 1}")).build());
    assertThat(again.created()).isFalse();
    assertThat(again.task().id()).isEqualTo(first.task().id());
    assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.PENDING)).tasks()).hasSize(1);
  }

  @Test
  void theSameKeyForAnotherTaskIsRefusedAndNamesTheHolder() {
    Taskorch taskorch = stack.program();
    Task first = taskorch.client().submit(keyed("k").build()).task();
    assertThatThrownBy(
            () -> taskorch.client().submit(keyed("k").delay(Duration.ofSeconds(1)).build()))
        .isInstanceOfSatisfying(
            IdempotencyConflictException.class, e -> assertThat(e.holder()).isEqualTo(first.id()));
    assertThatThrownBy(() -> taskorch.client().submit(keyed("k").payload(Json.of("1")).build()))
        .isInstanceOf(IdempotencyConflictException.class);
  }

  @Test
  void theKeyOfADeletedTaskIsGone() {
    Taskorch taskorch = stack.program();
    Task first = taskorch.client().submit(keyed("k").build()).task();
    taskorch.client().cancel(first.id());
    taskorch.client().delete(first.id());
    assertThatThrownBy(() -> taskorch.client().submit(keyed("k").build()))
        .isInstanceOfSatisfying(GoneException.class, e -> assertThat(e.id()).isEqualTo(first.id()));
  }

  @Test
  void aReservedKeyIsDrivenOnByTheNextWhoHasIt() {
    Taskorch taskorch = stack.program();
    Partitions partitions = taskorch.stores().partitions();
    IdempotencyStore keys = taskorch.stores().idempotency();
    Task known = taskorch.client().submit(keyed("known").build()).task();
    String fingerprint = keys.reserve("known", known.id(), "").fingerprint();
    // As one leaves them who dies after the reservation, and one who dies after storing the task.
    String early = partitions.newId(2, Instant.now());
    keys.reserve("early", early, fingerprint);
    String late = partitions.newId(3, Instant.now());
    keys.reserve("late", late, fingerprint);
    taskorch.stores().tasks().enqueue(List.of(new NewTask(late, keyed("late").build())));

    Submission afterEarly = taskorch.client().submit(keyed("early").build());
    assertThat(afterEarly.task().id()).isEqualTo(early);
    assertThat(afterEarly.created()).isTrue();
    Submission afterLate = taskorch.client().submit(keyed("late").build());
    assertThat(afterLate.task().id()).isEqualTo(late);
    assertThat(afterLate.created()).isFalse();
    assertThat(keys.reserve("early", early, fingerprint).confirmed()).isTrue();
  }

  @Test
  void manyAtOnceWithOneKeyMakeOneTask() throws Exception {
    Taskorch taskorch = stack.program();
    Set<String> ids = new HashSet<>();
    int created = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Submission>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(threads.submit(() -> taskorch.client().submit(keyed("k").build())));
      }
      for (Future<Submission> one : all) {
        ids.add(one.get().task().id());
        created += one.get().created() ? 1 : 0;
      }
    }
    assertThat(ids).hasSize(1);
    assertThat(created).isEqualTo(1);
  }

  @Test
  void singleEnqueuesOfManyThreadsAllArrive() throws Exception {
    Taskorch taskorch = stack.program();
    Set<String> ids = new HashSet<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> all = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        int n = i;
        all.add(threads.submit(() -> taskorch.client().enqueue("t", n).id()));
      }
      for (Future<String> one : all) {
        ids.add(one.get());
      }
    }
    assertThat(ids).hasSize(2_000);
    assertThat(taskorch.queues().find("default").orElseThrow().depth())
        .containsEntry(TaskState.PENDING, 2_000L);
  }

  @Test
  void aBatchKeepsTheOrderOfItsRowsAndRefusesSomeOfThem() {
    Taskorch taskorch = stack.program();
    taskorch.client().submit(keyed("taken").build());
    List<TaskSpec> specs = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      specs.add(TaskSpec.builder("t").payload(Json.of(Integer.toString(i))).build());
    }
    specs.set(7, keyed("taken").payload(Json.of("7")).build());
    specs.set(8, keyed("taken").build());
    specs.set(9, TaskSpec.builder("t").payload(Json.of("{")).build());
    List<BatchRow> rows = taskorch.client().submitAll(specs);
    for (int i = 0; i < 500; i++) {
      switch (rows.get(i)) {
        case BatchRow.Accepted(var submission) -> {
          assertThat(submission.created()).isEqualTo(i != 8);
          assertThat(submission.task().spec().payload()).isEqualTo(specs.get(i).payload());
          assertThat(i).isNotIn(7, 9);
        }
        case BatchRow.Refused(var error) -> {
          assertThat(i).isIn(7, 9);
          assertThat(error)
              .isInstanceOf(
                  i == 7 ? IdempotencyConflictException.class : InvalidTaskException.class);
        }
      }
    }
  }

  @Test
  void largePayloadsAreSpreadOverCalls() {
    Taskorch taskorch = stack.program();
    Json large = Json.of("\"" + "x".repeat(200 * 1024) + "\"");
    List<TaskSpec> specs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      specs.add(TaskSpec.builder("t").payload(large).build());
    }
    List<TaskHandle<Json>> handles = taskorch.client().enqueueAll(specs);
    assertThat(handles).extracting(TaskHandle::id).doesNotHaveDuplicates().hasSize(20);
  }

  @Test
  void whatIsNotJsonIsRefusedAndNotEchoed() {
    Taskorch taskorch = stack.program();
    for (String text : List.of("", "{", "s3cret", "1 2", "{\"a\":}")) {
      assertThatThrownBy(
              () -> taskorch.client().enqueue(TaskSpec.builder("t").payload(Json.of(text)).build()))
          .isInstanceOfSatisfying(
              InvalidTaskException.class,
              e -> assertThat(e.violations().getFirst().pointer()).isEqualTo("/payload"))
          .hasMessageNotContaining("s3cret");
    }
    assertThat(taskorch.queues().list()).isEmpty();
  }

  @Test
  void anAnswerThatIsLostMakesNoSecondTask() {
    try (FaultProxy proxy = FaultProxy.before(TestRedis.uri())) {
      Taskorch taskorch = stack.programAt(proxy.uri(), builder -> builder);
      taskorch.client().enqueue("warm", null);
      proxy.dropNextReply();
      taskorch.client().enqueue("t", null);
      assertThat(proxy.droppedReplies()).isEqualTo(1);
      assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.PENDING)).tasks()).hasSize(2);
    }
  }

  @Test
  void idsThatCannotBeAreNoTasks() {
    Taskorch taskorch = stack.program();
    for (String id : List.of("", "nonsense", "../../etc", "01ARZ3NDEKTSV4RRFFQ69G5FZZ")) {
      assertThat(taskorch.client().find(id)).isEmpty();
      assertThatThrownBy(() -> taskorch.client().cancel(id))
          .isInstanceOf(TaskNotFoundException.class);
      assertThatThrownBy(() -> taskorch.client().explain(id))
          .isInstanceOf(TaskNotFoundException.class);
      assertThatThrownBy(() -> taskorch.client().await(id, Duration.ofMillis(1)))
          .isInstanceOf(TaskNotFoundException.class);
      assertThatThrownBy(() -> taskorch.workflows().cancel(id))
          .isInstanceOf(TaskNotFoundException.class);
    }
  }
}
