package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.Taskorch;
import io.taskorch.client.BatchRow;
import io.taskorch.client.Submission;
import io.taskorch.client.TaskClient;
import io.taskorch.client.Unique;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.UniqueConflictException;
import io.taskorch.task.UniqueKey;
import io.taskorch.task.UniqueKey.OnConflict;
import io.taskorch.task.UniqueKey.Until;
import io.taskorch.worker.Handler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tasks of which one at a time holds a key, as a program submits them. */
@Timeout(60)
class UniqueTest {

  @RegisterExtension final Stack stack = new Stack();

  private static TaskSpec spec(UniqueKey unique) {
    return TaskSpec.builder("t").unique(unique).build();
  }

  @Test
  void anotherOneIsRejectedOrAnsweredByTheHolder() {
    TaskClient client = stack.program().client();
    Task holder = client.submit(spec(UniqueKey.of("k"))).task();
    assertThatThrownBy(() -> client.submit(spec(UniqueKey.of("k"))))
        .isInstanceOfSatisfying(
            UniqueConflictException.class, e -> assertThat(e.holder()).isEqualTo(holder.id()));
    assertThat(client.submit(spec(UniqueKey.of("k").orReturn())))
        .isEqualTo(new Submission(client.get(holder.id()), false));
    Submission replaced =
        client.submit(
            TaskSpec.builder("t")
                .payload(Json.of("2"))
                .unique(UniqueKey.of("k").orReplace(null))
                .build());
    assertThat(replaced.created()).isFalse();
    assertThat(replaced.task().spec().payload()).isEqualTo(Json.of("2"));
    client.cancel(holder.id());
    assertThat(client.submit(spec(UniqueKey.of("k"))).created()).isTrue();
  }

  @Test
  void ofManyAtOnceEachIsAnsweredForItself() {
    TaskClient client = stack.program().client();
    List<BatchRow> rows =
        client.submitAll(
            List.of(
                spec(UniqueKey.of("a")),
                TaskSpec.of("t"),
                spec(UniqueKey.of("a")),
                spec(UniqueKey.of("b")),
                spec(UniqueKey.of("a").orReturn())));
    assertThat(rows)
        .extracting(row -> row instanceof BatchRow.Accepted)
        .containsExactly(true, true, false, true, true);
    assertThat(((BatchRow.Refused) rows.get(2)).error())
        .isInstanceOf(UniqueConflictException.class);
    assertThat(((BatchRow.Accepted) rows.get(4)).submission().created()).isFalse();
  }

  @Test
  void anIdempotencyKeyStandsForATaskOnlyOnceThatIsStored() {
    TaskClient client = stack.program().client();
    Task holder = client.submit(spec(UniqueKey.of("k"))).task();
    TaskSpec rejected = TaskSpec.builder("t").unique(UniqueKey.of("k")).idempotencyKey("i").build();
    assertThatThrownBy(() -> client.submit(rejected)).isInstanceOf(UniqueConflictException.class);
    TaskSpec answered =
        TaskSpec.builder("t").unique(UniqueKey.of("k").orReturn()).idempotencyKey("j").build();
    for (int i = 0; i < 2; i++) {
      assertThat(client.submit(answered).task().id()).isEqualTo(holder.id());
    }
    client.cancel(holder.id());
    Submission stored = client.submit(rejected);
    assertThat(stored.created()).isTrue();
    assertThat(client.submit(rejected)).isEqualTo(new Submission(stored.task(), false));
  }

  @Unique(
      fields = {"tenant", "product"},
      until = Until.START,
      onConflict = OnConflict.REPLACE)
  record Reindex(String tenant, int product, String reason) {}

  @Unique(fields = "missing")
  record Wrong(String tenant) {}

  @Test
  void fieldsOfAPayloadMakeAKey() {
    TaskClient client = stack.program().client();
    String first = client.enqueue("reindex", new Reindex("a", 1, "new")).id();
    assertThat(client.get(first).spec().unique())
        .isEqualTo(new UniqueKey("reindex [\"a\",1]", Until.START, null, OnConflict.REPLACE, null));
    assertThat(client.enqueue("reindex", new Reindex("a", 1, "price")).id()).isEqualTo(first);
    assertThat(client.get(first).spec().payload().toString()).contains("price");
    assertThat(client.enqueue("reindex", new Reindex("a", 2, "new")).id()).isNotEqualTo(first);
    assertThat(client.enqueue("other", new Reindex("a", 1, "new")).id()).isNotEqualTo(first);
    String longName = "a".repeat(300);
    String large = client.enqueue("reindex", new Reindex(longName, 1, "x")).id();
    assertThat(client.enqueue("reindex", new Reindex(longName, 1, "y")).id()).isEqualTo(large);
    assertThatThrownBy(() -> client.enqueue("wrong", new Wrong("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no field missing");
  }

  @Test
  void anyNumberOfChangesWhileOneRunsLeadsToOneMoreRun() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    Taskorch taskorch =
        stack.started(
            Handler.of(
                "reindex",
                Reindex.class,
                (change, context) -> {
                  seen.add(change.reason());
                  running.countDown();
                  goOn.await();
                  return null;
                }));
    TaskClient client = taskorch.client();
    client.enqueue("reindex", new Reindex("a", 1, "first"));
    running.await();
    // The place of the second is one that nobody takes before all changes are there.
    taskorch.queues().pause("default");
    var second = client.enqueue("reindex", new Reindex("a", 1, "second"));
    for (int i = 0; i < 20; i++) {
      client.enqueue("reindex", new Reindex("a", 1, "change " + i));
    }
    taskorch.queues().resume("default");
    goOn.countDown();
    second.await(Duration.ofSeconds(30));
    assertThat(seen).containsExactly("first", "change 19");
  }

  @Test
  void manyWhoSubmitAtOnceGetOneTask() throws Exception {
    Taskorch taskorch = stack.program();
    AtomicInteger created = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    if (taskorch.client().submit(spec(UniqueKey.of("k").orReturn())).created()) {
                      created.incrementAndGet();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(created).hasValue(1);
  }

  @Test
  void whatContradictsItselfIsRefusedByItsField() {
    assertWrong("/key", () -> UniqueKey.of(""));
    assertWrong("/key", () -> UniqueKey.of("x".repeat(257)));
    assertWrong("/ttl", () -> new UniqueKey("k", Until.TTL, null, OnConflict.REJECT, null));
    assertWrong(
        "/ttl",
        () -> new UniqueKey("k", Until.FINISH, Duration.ofSeconds(1), OnConflict.REJECT, null));
    assertWrong("/ttl", () -> UniqueKey.of("k").forTime(Duration.ZERO));
    assertWrong("/ttl", () -> UniqueKey.of("k").forTime(Duration.ofDays(101)));
    assertWrong(
        "/max_wait",
        () -> new UniqueKey("k", Until.START, null, OnConflict.RETURN, Duration.ofSeconds(1)));
    assertWrong("/max_wait", () -> UniqueKey.of("k").orReplace(Duration.ZERO));
    TaskSpec.Builder daily =
        TaskSpec.builder("t").unique(UniqueKey.of("k").forTime(Duration.ofDays(2)));
    assertWrong("/unique/ttl", daily::build);
    assertWrong("/unique/ttl", () -> daily.retention(Duration.ofHours(47)).build());
    daily.retention(Duration.ofDays(2)).build();
  }

  private static void assertWrong(String pointer, Supplier<?> make) {
    assertThatThrownBy(make::get)
        .isInstanceOfSatisfying(
            InvalidTaskException.class,
            e -> assertThat(e.violations()).extracting("pointer").containsExactly(pointer));
  }
}
