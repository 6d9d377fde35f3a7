package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveAttemptTest {

  @Test
  void anInterruptNeverReachesWhatTheThreadDoesAfterTheHandler() throws Exception {
    AtomicInteger late = new AtomicInteger();
    for (int i = 0; i < 3_000; i++) {
      LiveAttempt attempt = Attempts.live("t");
      CyclicBarrier together = new CyclicBarrier(2);
      Thread handler =
          Thread.ofVirtual()
              .start(
                  () -> {
                    attempt.begin(null);
                    await(together);
                    attempt.end();
                    boolean heard = Thread.interrupted();
                    for (int spin = 0; spin < 200; spin++) {
                      Thread.onSpinWait();
                    }
                    if (Thread.interrupted() || (heard && attempt.stopped() == null)) {
                      late.incrementAndGet();
                    }
                  });
      await(together);
      attempt.stop(Stop.CANCELLED);
      handler.join();
    }
    assertThat(late).hasValue(0);
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      Thread.interrupted();
    }
  }

  @Test
  void aStopBeforeTheBeginningIsNotLost() throws Exception {
    LiveAttempt attempt = Attempts.live("t");
    attempt.stop(Stop.CANCELLED);
    AtomicInteger interrupted = new AtomicInteger();
    Thread handler =
        Thread.ofVirtual()
            .start(
                () -> {
                  attempt.begin(null);
                  try {
                    new CountDownLatch(1).await();
                  } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                  }
                });
    handler.join();
    assertThat(interrupted).hasValue(1);
  }

  @Test
  void eachCauseInterruptsOnceAndTheFirstIsTheOneThatCounts() {
    LiveAttempt attempt = Attempts.live("t");
    attempt.begin(null);
    attempt.stop(Stop.CANCELLED);
    assertThat(Thread.interrupted()).isTrue();
    attempt.stop(Stop.CANCELLED);
    assertThat(Thread.interrupted()).isFalse();
    attempt.stop(Stop.SHUTDOWN);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(attempt.stopped()).isEqualTo(Stop.CANCELLED);
    assertThat(attempt.lost()).isFalse();
    attempt.stop(Stop.LEASE_LOST);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(attempt.lost()).isTrue();
  }

  @Test
  void onlyTheFirstToEndItHasTheOutcome() {
    LiveAttempt attempt = Attempts.live("t");
    assertThat(attempt.end()).isTrue();
    assertThat(attempt.end()).isFalse();
    attempt.begin(null);
    attempt.stop(Stop.SHUTDOWN);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(attempt.cancelled()).isFalse();
  }

  @Test
  void aLeaseThatHasEndedIsLost() {
    LiveAttempt attempt = Attempts.live(Attempts.leased(TaskSpec.of("t")), Duration.ofMillis(-1));
    assertThat(attempt.lost()).isTrue();
    attempt.renewed(System.nanoTime() + Duration.ofHours(1).toNanos());
    assertThat(attempt.lost()).isFalse();
  }

  @Test
  void aSnoozeCannotBeNegativeOrEndless() {
    LiveAttempt attempt = Attempts.live("t");
    assertThatIllegalArgumentException().isThrownBy(() -> attempt.snooze(Duration.ofMillis(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> attempt.snooze(Duration.ofDays(5_000)));
  }
}
