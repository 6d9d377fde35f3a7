package io.taskorch.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CombinerTest {

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void everyInputIsSentOnceAndGetsItsOwnAnswer() throws Exception {
    Map<Integer, AtomicInteger> seen = new ConcurrentHashMap<>();
    AtomicInteger atOnce = new AtomicInteger();
    Combiner<Integer, Integer> combiner =
        new Combiner<>(
            200,
            Long.MAX_VALUE,
            i -> 1,
            batch -> {
              assertThat(atOnce.incrementAndGet()).isEqualTo(1);
              assertThat(batch).hasSizeBetween(1, 200);
              batch.forEach(
                  i -> seen.computeIfAbsent(i, x -> new AtomicInteger()).incrementAndGet());
              Thread.yield();
              atOnce.decrementAndGet();
              return batch.stream().map(i -> -i).toList();
            });
    List<Future<Boolean>> callers = new ArrayList<>();
    for (int t = 0; t < 300; t++) {
      int base = t * 100;
      callers.add(
          threads.submit(
              () -> {
                for (int i = base; i < base + 100; i++) {
                  if (combiner.send(i) != -i) {
                    return false;
                  }
                }
                return true;
              }));
    }
    for (Future<Boolean> caller : callers) {
      assertThat(caller.get()).isTrue();
    }
    assertThat(seen).hasSize(30_000);
    assertThat(seen.values()).allMatch(count -> count.get() == 1);
  }

  @Test
  void whatArrivesDuringACallIsTheNextBatch() throws Exception {
    Gate gate = new Gate();
    Combiner<String, String> combiner = new Combiner<>(200, 100, String::length, gate::call);
    Future<String> first = threads.submit(() -> combiner.send("first"));
    gate.awaitCall();
    List<Future<String>> others = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int n = i;
      others.add(threads.submit(() -> combiner.send("o" + n)));
    }
    Awaitility.await().until(() -> combiner.waiting() == 5);
    gate.open();
    assertThat(first.get()).isEqualTo("first!");
    for (Future<String> other : others) {
      assertThat(other.get()).endsWith("!");
    }
    assertThat(gate.batches).hasSize(2);
    assertThat(gate.batches.peek()).containsExactly("first");
  }

  @Test
  void aBatchIsBoundedInItemsAndBytes() throws Exception {
    Gate gate = new Gate();
    Combiner<String, String> combiner = new Combiner<>(3, 10, String::length, gate::call);
    threads.submit(() -> combiner.send("x"));
    gate.awaitCall();
    List<Future<String>> others = new ArrayList<>();
    List<String> inputs = List.of("1", "2", "3", "4", "five5five5five5", "666666", "777777");
    for (String input : inputs) {
      int before = combiner.waiting();
      others.add(threads.submit(() -> combiner.send(input)));
      Awaitility.await().until(() -> combiner.waiting() == before + 1);
    }
    gate.open();
    for (Future<String> other : others) {
      other.get();
    }
    assertThat(gate.batches)
        .containsExactly(
            List.of("x"),
            List.of("1", "2", "3"),
            List.of("4"),
            List.of("five5five5five5"),
            List.of("666666"),
            List.of("777777"));
  }

  @Test
  void aFailureReachesExactlyItsBatch() throws Exception {
    Gate gate = new Gate();
    Combiner<String, String> combiner =
        new Combiner<>(
            2,
            1000,
            String::length,
            batch -> {
              List<String> answers = gate.call(batch);
              if (batch.contains("bad")) {
                throw new IllegalStateException("refused");
              }
              return answers;
            });
    Future<String> first = threads.submit(() -> combiner.send("first"));
    gate.awaitCall();
    List<Future<String>> others = new ArrayList<>();
    for (String input : List.of("bad", "beside", "good", "fine")) {
      int before = combiner.waiting();
      others.add(threads.submit(() -> combiner.send(input)));
      Awaitility.await().until(() -> combiner.waiting() == before + 1);
    }
    gate.open();
    assertThat(first.get()).isEqualTo("first!");
    assertThatThrownBy(() -> others.get(0).get()).hasRootCauseMessage("refused");
    assertThatThrownBy(() -> others.get(1).get()).hasRootCauseMessage("refused");
    assertThat(others.get(2).get()).isEqualTo("good!");
    assertThat(others.get(3).get()).isEqualTo("fine!");
    assertThat(combiner.send("after")).isEqualTo("after!");
  }

  @Test
  void anErrorDoesNotStopTheNextBatch() {
    AtomicInteger calls = new AtomicInteger();
    Combiner<String, String> combiner =
        new Combiner<>(
            2,
            1000,
            String::length,
            batch -> {
              if (calls.incrementAndGet() == 1) {
                throw new StackOverflowError();
              }
              return batch;
            });
    assertThatThrownBy(() -> combiner.send("a")).isInstanceOf(StackOverflowError.class);
    assertThat(combiner.send("b")).isEqualTo("b");
  }

  @Test
  void anInterruptOfTheSenderFailsNobody() throws Exception {
    CountDownLatch inCall = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    Combiner<String, String> combiner =
        new Combiner<>(
            200,
            1000,
            String::length,
            batch -> {
              if (calls.incrementAndGet() == 1) {
                inCall.countDown();
                try {
                  new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }
              return batch;
            });
    ConcurrentLinkedQueue<String> answers = new ConcurrentLinkedQueue<>();
    AtomicInteger stillInterrupted = new AtomicInteger();
    Thread sender =
        Thread.ofVirtual()
            .start(
                () -> {
                  answers.add(combiner.send("a"));
                  stillInterrupted.set(Thread.currentThread().isInterrupted() ? 1 : 0);
                });
    inCall.await();
    Thread waiter = Thread.ofVirtual().start(() -> answers.add(combiner.send("b")));
    Awaitility.await().until(() -> combiner.waiting() == 1);
    waiter.interrupt();
    sender.interrupt();
    sender.join();
    waiter.join();
    assertThat(answers).containsExactlyInAnyOrder("a", "b");
    assertThat(stillInterrupted).hasValue(1);
  }

  /** A call that stands still until it is let through. */
  private static final class Gate {
    final ConcurrentLinkedQueue<List<String>> batches = new ConcurrentLinkedQueue<>();
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    List<String> call(List<String> batch) {
      batches.add(List.copyOf(batch));
      called.countDown();
      try {
        assertThat(opened.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return batch.stream().map(s -> s + "!").toList();
    }

    void awaitCall() throws InterruptedException {
      assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
    }

    void open() {
      opened.countDown();
    }
  }
}
