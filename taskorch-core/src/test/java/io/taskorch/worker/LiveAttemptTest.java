package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LiveAttemptTest {

  @Test
  void anInterruptNeverReachesWhatTheThreadDoesAfterTheHandler() throws Exception {
    LiveAttempt attempt = Attempts.live("t");
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupting = new CountDownLatch(1);
    AtomicBoolean interruptedAtTheEnd = new AtomicBoolean();
    AtomicBoolean interruptedLater = new AtomicBoolean();
    CountDownLatch stopped = new CountDownLatch(1);
    Thread handler =
        new Thread(
            () -> {
              attempt.begin(null);
              begun.countDown();
              awaitUninterruptibly(interrupting);
              attempt.end();
              interruptedAtTheEnd.set(Thread.interrupted());
              awaitUninterruptibly(stopped);
              interruptedLater.set(Thread.interrupted());
            }) {
          @Override
          public void interrupt() {
            interrupting.countDown();
            // Long enough for the handler to be at its end, which has to wait for this.
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
            super.interrupt();
          }
        };
    handler.start();
    begun.await();
    attempt.stop(Stop.CANCELLED);
    stopped.countDown();
    handler.join();
    assertThat(interruptedAtTheEnd).isTrue();
    assertThat(interruptedLater).isFalse();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
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

  @Test
  void aLotIsInterruptedWhenNoneOfItIsWanted() {
    Lot lot = new Lot(2);
    LiveAttempt one = Attempts.live("t");
    LiveAttempt other = Attempts.live("t");
    for (LiveAttempt attempt : List.of(one, other)) {
      attempt.joins(lot);
      attempt.begin(null);
    }
    one.stop(Stop.CANCELLED);
    one.stop(Stop.LEASE_LOST);
    lot.begin();
    assertThat(Thread.interrupted()).isFalse();
    assertThat(one.cancelled()).isTrue();
    assertThat(other.cancelled()).isFalse();
    other.stop(Stop.CANCELLED);
    assertThat(Thread.interrupted()).isTrue();
    // A shutdown is one cause more, which all of them hear of.
    one.stop(Stop.SHUTDOWN);
    assertThat(Thread.interrupted()).isTrue();
    other.stop(Stop.SHUTDOWN);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(one.freesItsSlots()).isFalse();
    assertThat(other.freesItsSlots()).isTrue();
  }

  @Test
  void aLotThatIsStoppedBeforeItBeginsIsInterruptedThen() {
    Lot lot = new Lot(1);
    LiveAttempt attempt = Attempts.live("t");
    attempt.joins(lot);
    attempt.stop(Stop.CANCELLED);
    attempt.begin(null);
    assertThat(Thread.interrupted()).isFalse();
    lot.begin();
    assertThat(Thread.interrupted()).isTrue();
  }
}
