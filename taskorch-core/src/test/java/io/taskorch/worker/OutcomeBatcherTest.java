package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutcomeBatcherTest {

  private static final Outcome DONE = new Outcome.Succeeded(Json.NULL);

  private final ConcurrentLinkedQueue<List<String>> calls = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> settled = new ConcurrentLinkedQueue<>();
  private final AtomicInteger failuresToCome = new AtomicInteger();
  private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);

  private final StubTaskStore store =
      new StubTaskStore() {
        @Override
        public List<Settled> settle(List<Settlement> settlements) {
          gate.acquireUninterruptibly();
          calls.add(settlements.stream().map(s -> s.lease().taskId()).toList());
          if (failuresToCome.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            throw new StoreUnavailableException("away", null);
          }
          return settlements.stream().map(s -> new Settled(TaskState.SUCCEEDED)).toList();
        }
      };

  private final OutcomeBatcher batcher =
      new OutcomeBatcher(store, 1, 4, (attempt, outcome) -> settled.add(attempt.taskId()));

  private void settle(LiveAttempt attempt) {
    batcher.reserve();
    batcher.settle(attempt, DONE);
  }

  @Test
  void everyOutcomeIsSentOnceAndManyShareACall() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      LiveAttempt attempt = Attempts.live("t");
      ids.add(attempt.taskId());
      threads.add(Thread.ofVirtual().start(() -> settle(attempt)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(batcher.awaitEmpty(Duration.ofSeconds(10))).isTrue();
    assertThat(settled).containsExactlyInAnyOrderElementsOf(ids);
    assertThat(calls.stream().flatMap(List::stream).toList())
        .containsExactlyInAnyOrderElementsOf(ids);
    assertThat(calls).allSatisfy(call -> assertThat(call).hasSizeBetween(1, 200));
  }

  @Test
  void whoBringsAnOutcomeDuringACallDoesNotWaitForIt() throws Exception {
    gate.drainPermits();
    Thread first = Thread.ofVirtual().start(() -> settle(Attempts.live("t")));
    Awaitility.await().until(gate::hasQueuedThreads);
    for (int i = 0; i < 300; i++) {
      settle(Attempts.live("t"));
    }
    assertThat(settled).isEmpty();
    gate.release(3);
    first.join();
    assertThat(calls).extracting(List::size).containsExactly(1, 200, 100);
    assertThat(settled).hasSize(301);
  }

  @Test
  void thereIsRoomForABoundedNumber() throws Exception {
    gate.drainPermits();
    CountDownLatch oneTooMany = new CountDownLatch(1);
    Thread first = Thread.ofVirtual().start(() -> settle(Attempts.live("t")));
    Awaitility.await().until(gate::hasQueuedThreads);
    for (int i = 1; i < 404; i++) {
      settle(Attempts.live("t"));
    }
    Thread last =
        Thread.ofVirtual()
            .start(
                () -> {
                  settle(Attempts.live("t"));
                  oneTooMany.countDown();
                });
    assertThat(batcher.awaitEmpty(Duration.ofMillis(50))).isFalse();
    assertThat(oneTooMany.getCount()).isEqualTo(1);
    gate.release(100);
    oneTooMany.await();
    first.join();
    last.join();
    assertThat(settled).hasSize(405);
  }

  @Test
  void anOutcomeWithoutAnAnswerIsSentAgainAsItWas() {
    failuresToCome.set(3);
    LiveAttempt attempt = Attempts.live("t");
    settle(attempt);
    assertThat(calls).hasSize(4).containsOnly(List.of(attempt.taskId()));
    assertThat(settled).containsExactly(attempt.taskId());
  }

  @Test
  void anInterruptedSenderSendsOnAndStaysInterrupted() {
    failuresToCome.set(2);
    Thread.currentThread().interrupt();
    settle(Attempts.live("t"));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(settled).hasSize(1);
  }

  @Test
  void anOutcomeIsDroppedWhenItsLeaseHasEnded() {
    failuresToCome.set(Integer.MAX_VALUE);
    LiveAttempt attempt = Attempts.live(Attempts.leased(TaskSpec.of("t")), Duration.ofMillis(200));
    settle(attempt);
    assertThat(settled).containsExactly(attempt.taskId());
    int sent = calls.size();
    assertThat(sent).isBetween(1, 10);
    failuresToCome.set(0);
    LiveAttempt lost = Attempts.live("t");
    lost.stop(Stop.LEASE_LOST);
    settle(lost);
    assertThat(calls).hasSize(sent);
    assertThat(batcher.awaitEmpty(Duration.ZERO)).isTrue();
  }
}
