package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchSpec;
import io.taskorch.batch.BatchState;
import io.taskorch.client.BatchHandle;
import io.taskorch.client.BatchRow;
import io.taskorch.client.BatchSubmission;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.BatchClosedException;
import io.taskorch.task.IdempotencyConflictException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueKey;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Batches, as programs submit them and workers work them off. */
@Timeout(120)
class BatchTest {

  private static final Duration LONG = Duration.ofSeconds(60);

  @RegisterExtension final Stack stack = new Stack();
  @RegisterExtension final Stack partitioned = new Stack(4);

  private static List<TaskSpec> tasks(int count, String type) {
    return IntStream.range(0, count)
        .mapToObj(i -> TaskSpec.builder(type).payload(Json.of("" + i)).build())
        .toList();
  }

  /** What the workers of a test do. */
  public static final class Work {
    private final AtomicInteger done = new AtomicInteger();
    private final Queue<String> told = new ConcurrentLinkedQueue<>();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @TaskHandler("count")
    public void count(int number) {
      done.incrementAndGet();
    }

    @TaskHandler("fail_first")
    public void failFirst(int number, TaskContext task) {
      if (number == 0 && task.task().generation() == 0) {
        throw new PermanentTaskException("the first fails");
      }
      done.incrementAndGet();
    }

    /** Each number adds the ones below it. */
    @TaskHandler("split")
    public void split(int number, TaskContext task) {
      done.incrementAndGet();
      for (int i = 0; i < number; i++) {
        task.batch().orElseThrow().add("split", i);
      }
    }

    @TaskHandler("wait")
    public void waitFor(int number) throws InterruptedException {
      goOn.await();
    }

    @TaskHandler("report")
    public void report(String what, TaskContext task) {
      Batch batch = task.batch().orElseThrow().get();
      told.add(what + " " + batch.succeeded() + "/" + batch.total());
    }
  }

  private static TaskSpec report(String what) {
    return TaskSpec.builder("report").payload(Json.of("\"" + what + "\"")).build();
  }

  @Test
  void aReportComesAtTheEndOfThousandsOfTasks() {
    Work work = new Work();
    Taskorch taskorch = partitioned.started(work);
    BatchHandle batch =
        taskorch
            .client()
            .batch(
                BatchSpec.builder()
                    .tasks(tasks(3_000, "count"))
                    .onSuccess(report("success"))
                    .onFinish(report("finish"))
                    .build());
    Batch ended = batch.await(LONG);
    assertThat(ended.state()).isEqualTo(BatchState.SUCCEEDED);
    assertThat(ended.succeeded()).isEqualTo(3_000).isEqualTo(work.done.get());
    await()
        .untilAsserted(
            () ->
                assertThat(work.told)
                    .containsExactlyInAnyOrder("success 3000/3000", "finish 3000/3000"));
  }

  @Test
  void tasksOfABatchAddToIt() {
    Work work = new Work();
    Taskorch taskorch = stack.started(work);
    BatchHandle batch =
        taskorch
            .client()
            .batch(
                BatchSpec.builder()
                    .task(TaskSpec.builder("split").payload(Json.of("8")).build())
                    .build());
    Batch ended = batch.await(LONG);
    assertThat(ended.state()).isEqualTo(BatchState.SUCCEEDED);
    assertThat(ended.total()).isEqualTo(256);
    assertThat(work.done).hasValue(256);
  }

  @Test
  void aFailureIsToldAndMendedByARetry() {
    Work work = new Work();
    Taskorch taskorch = stack.started(work);
    BatchHandle handle =
        taskorch
            .client()
            .batch(
                BatchSpec.builder()
                    .tasks(tasks(10, "fail_first"))
                    .onFailure(report("failure"))
                    .onSuccess(report("success"))
                    .onFinish(report("finish"))
                    .build());
    assertThat(handle.await(LONG).state()).isEqualTo(BatchState.FAILED);
    await().untilAsserted(() -> assertThat(work.told).hasSize(2).contains("finish 9/10"));
    String failed =
        taskorch.client().list(TaskFilter.ofState(TaskState.FAILED)).tasks().getFirst().id();
    taskorch.client().retry(failed);
    assertThat(handle.await(LONG).state()).isEqualTo(BatchState.SUCCEEDED);
    await().untilAsserted(() -> assertThat(work.told).hasSize(3).contains("success 10/10"));
  }

  @Test
  void aCancelEndsIt() {
    Work work = new Work();
    Taskorch taskorch = stack.started(work);
    BatchHandle batch =
        taskorch.client().batch(BatchSpec.builder().tasks(tasks(500, "wait")).build());
    await().until(() -> batch.get().running() > 0);
    batch.cancel();
    Batch ended = batch.await(LONG);
    assertThat(ended.state()).isEqualTo(BatchState.CANCELLED);
    assertThat(ended.cancelled()).isEqualTo(500);
    assertThatThrownBy(() -> batch.add("count", 1)).isInstanceOf(BatchClosedException.class);
  }

  /** A worker that vanishes leaves its leases behind, which upkeep takes back. */
  @Test
  void membersOfWorkersThatDieAreDoneByOthers() {
    Work stuck = new Work();
    Taskorch first = stack.program().register(stuck).start();
    BatchHandle batch =
        first
            .client()
            .batch(BatchSpec.builder().tasks(tasks(20, "wait")).onFinish(report("finish")).build());
    await().until(() -> batch.get().running() == 10);
    Work work = new Work();
    work.goOn.countDown();
    Taskorch second = stack.started(work);
    first.worker().orElseThrow().close();
    Batch ended = second.batches().await(batch.id(), LONG);
    assertThat(ended.succeeded()).isEqualTo(20);
    assertThat(ended.state()).isEqualTo(BatchState.SUCCEEDED);
    await().untilAsserted(() -> assertThat(work.told).containsExactly("finish 20/20"));
  }

  @Test
  void anIdempotencyKeyStandsForABatchAndForAnAddition() {
    Taskorch taskorch = partitioned.program();
    BatchSpec spec = BatchSpec.builder().tasks(tasks(3, "count")).idempotencyKey("k").build();
    BatchSubmission first = taskorch.batches().submit(spec);
    assertThat(first.created()).isTrue();
    BatchSubmission again = taskorch.batches().submit(spec);
    assertThat(again).isEqualTo(new BatchSubmission(first.batch(), false, Map.of()));
    BatchSpec other = BatchSpec.builder().tasks(tasks(2, "count")).idempotencyKey("k").build();
    assertThatThrownBy(() -> taskorch.batches().submit(other))
        .isInstanceOf(IdempotencyConflictException.class);
    String id = first.batch().id();
    List<BatchRow> added = taskorch.batches().add(id, tasks(2, "count"), "a");
    assertThat(taskorch.batches().add(id, tasks(2, "count"), "a"))
        .extracting(row -> ((BatchRow.Accepted) row).submission().task().id())
        .isEqualTo(
            added.stream().map(row -> ((BatchRow.Accepted) row).submission().task().id()).toList());
    assertThat(taskorch.batches().get(id).total()).isEqualTo(5);
  }

  @Test
  void whatLivesElsewhereIsRefusedByItsField() {
    Taskorch taskorch = partitioned.program();
    String near = "a";
    String far =
        IntStream.range(0, 100)
            .mapToObj(i -> "g" + i)
            .filter(
                group ->
                    taskorch.stores().partitions().of(group)
                        != taskorch.stores().partitions().of(near))
            .findFirst()
            .orElseThrow();
    TaskSpec elsewhere = TaskSpec.builder("t").group(far).build();
    BatchSpec.Builder batch = BatchSpec.builder().group(near);
    assertWrong(
        "/tasks/1/group",
        () -> taskorch.batches().submit(batch.tasks(List.of(TaskSpec.of("t"), elsewhere)).build()));
    TaskSpec unique = TaskSpec.builder("t").unique(UniqueKey.of(far)).build();
    assertWrong(
        "/on_finish/group",
        () ->
            taskorch.batches().submit(BatchSpec.builder().group(near).onFinish(elsewhere).build()));
    // Without a group of its own it lives where its tasks want it to.
    BatchHandle lives =
        taskorch.batches().start(BatchSpec.builder().tasks(List.of(unique, elsewhere)).build());
    assertThat(lives.get().total()).isEqualTo(2);
    assertWrong(
        "/tasks/0/group",
        () ->
            taskorch
                .batches()
                .add(lives.id(), List.of(TaskSpec.builder("t").group(near).build()), null));
    assertWrong(
        "/group",
        () ->
            taskorch.batches().submit(BatchSpec.builder().group(near).parent(lives.id()).build()));
    assertThatThrownBy(() -> taskorch.batches().add("x", List.of(), null))
        .isInstanceOf(TaskNotFoundException.class);
  }

  @Test
  void membersTakeTheGroupOfTheirBatch() {
    Taskorch taskorch = partitioned.program();
    BatchHandle batch =
        taskorch.batches().start(BatchSpec.builder().group("g").task(TaskSpec.of("t")).build());
    assertThat(batch.get().group()).isEqualTo("g");
    batch.add("t", 1);
    assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.PENDING)).tasks())
        .hasSize(2)
        .allMatch(task -> "g".equals(task.spec().flow().group()));
  }

  private static void assertWrong(String pointer, Supplier<?> make) {
    assertThatThrownBy(make::get)
        .isInstanceOfSatisfying(
            InvalidTaskException.class,
            e -> assertThat(e.violations()).extracting("pointer").containsExactly(pointer));
  }
}
