package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.store.TaskStore.Heartbeat;
import io.taskorch.task.Lease;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LeaseKeeperTest {

  private static final Duration LEASE = Duration.ofSeconds(4);

  private final ConcurrentLinkedQueue<List<Lease>> beats = new ConcurrentLinkedQueue<>();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private volatile Function<Lease, Heartbeat> answer = lease -> Heartbeat.HELD;

  private final LeaseKeeper keeper =
      new LeaseKeeper(
          new StubTaskStore() {
            @Override
            public List<Heartbeat> heartbeat(List<Lease> leases, Duration lease) {
              beats.add(leases);
              return leases.stream().map(answer).toList();
            }
          },
          LEASE,
          "leases");

  @BeforeEach
  void start() {
    keeper.start(timer);
  }

  @AfterEach
  void stop() {
    keeper.stop();
    timer.shutdownNow();
  }

  private LiveAttempt kept(Duration leaseLeft) {
    LiveAttempt attempt = Attempts.live(Attempts.leased(TaskSpec.of("t")), leaseLeft);
    keeper.add(attempt);
    return attempt;
  }

  @Test
  void oneHeartbeatGoesForAllLeasesAndRenewsThem() {
    List<LiveAttempt> attempts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      attempts.add(kept(LEASE.dividedBy(2)));
    }
    await().until(() -> beats.size() >= 5);
    assertThat(beats.peek()).hasSize(100);
    assertThat(attempts).noneMatch(LiveAttempt::cancelled);
    keeper.remove(attempts.getFirst());
    beats.clear();
    await().until(() -> !beats.isEmpty());
    assertThat(beats.peek()).hasSize(99);
  }

  @Test
  void aFreshLeaseIsLeftAlone() {
    LiveAttempt fresh = kept(Duration.ofHours(1));
    LiveAttempt aged = kept(LEASE.dividedBy(2));
    await().until(() -> !beats.isEmpty());
    assertThat(beats.peek()).containsExactly(aged.lease()).doesNotContain(fresh.lease());
  }

  @Test
  void aRequestToCancelStopsTheHandlerAndALostLeaseDropsItsOutcome() {
    LiveAttempt cancelled = kept(LEASE.dividedBy(2));
    LiveAttempt lost = kept(LEASE.dividedBy(2));
    answer = lease -> lease.equals(cancelled.lease()) ? Heartbeat.CANCEL_REQUESTED : Heartbeat.LOST;
    await().until(() -> cancelled.cancelled() && lost.cancelled());
    assertThat(cancelled.stopped()).isEqualTo(Stop.CANCELLED);
    assertThat(cancelled.lost()).isFalse();
    assertThat(lost.stopped()).isEqualTo(Stop.LEASE_LOST);
    assertThat(lost.lost()).isTrue();
  }

  @Test
  void aHintMakesItAskAtOnceAndOnlyAboutThatTask() {
    LiveAttempt asked = kept(Duration.ofHours(1));
    kept(Duration.ofHours(1));
    answer = lease -> Heartbeat.CANCEL_REQUESTED;
    keeper.look(asked.taskId());
    await().until(asked::cancelled);
    assertThat(beats.peek()).containsExactly(asked.lease());
  }

  @Test
  void withoutAnAnswerTheHandlerIsStoppedBeforeItsLeaseEnds() throws Exception {
    answer =
        lease -> {
          throw new StoreUnavailableException("away", null);
        };
    assertThat(leftWhenInterrupted()).isPositive();
    assertThat(beats).hasSizeGreaterThan(1);
  }

  @Test
  void anOutageIsWarnedOfOnce() {
    try (LogOf said = new LogOf(LeaseKeeper.class)) {
      answer =
          lease -> {
            throw new StoreUnavailableException("away", null);
          };
      kept(LEASE.dividedBy(2));
      await().until(() -> beats.size() > 3);
      answer = lease -> Heartbeat.HELD;
      await().until(() -> said.lines().size() == 2);
      assertThat(said.lines())
          .containsExactly(
              "WARN the heartbeat of 1 leases got no answer; it is sent again until it gets one",
              "INFO heartbeats are answered again");
    }
  }

  @Test
  void aHeartbeatThatHangsKeepsNoHandlerBeyondItsLease() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    answer =
        lease -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return Heartbeat.HELD;
        };
    assertThat(leftWhenInterrupted()).isPositive();
    never.countDown();
  }

  /** What is left of a lease, which is not renewed, when its handler hears that it must stop. */
  private Duration leftWhenInterrupted() throws InterruptedException {
    AtomicReference<Duration> left = new AtomicReference<>();
    LiveAttempt attempt = kept(LEASE);
    Thread handler =
        Thread.ofPlatform()
            .start(
                () -> {
                  attempt.begin(null);
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    left.set(Duration.ofNanos(attempt.leaseEnd() - System.nanoTime()));
                  }
                });
    handler.join();
    return left.get();
  }

  @Test
  void aTaskThatIsClaimedAnewEndsTheOlderAttempt() {
    LiveAttempt older = kept(Duration.ofHours(1));
    LiveAttempt newer =
        new LiveAttempt(
            Attempts.again(older),
            System.nanoTime() + LEASE.toNanos(),
            attempt -> {
              throw new UnsupportedOperationException();
            },
            Attempts::noBatch);
    keeper.add(newer);
    assertThat(older.stopped()).isEqualTo(Stop.LEASE_LOST);
    keeper.remove(older);
    assertThat(keeper.attempts()).containsExactly(newer);
  }
}
