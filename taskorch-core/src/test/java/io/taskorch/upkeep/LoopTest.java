package io.taskorch.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoopTest {

  private final AtomicInteger passes = new AtomicInteger();

  private Loop loop(Loop.Work work) {
    return new Loop(work, InstantSource.fixed(Instant.EPOCH), Duration.ofMillis(20));
  }

  @Test
  void itWaitsAsLongAsTheWorkSays() throws Exception {
    Loop loop =
        loop(() -> passes.incrementAndGet() < 3 ? Duration.ofMillis(5) : Duration.ofHours(1));
    loop.start();
    await().until(() -> passes.get() == 3);
    await().during(Duration.ofMillis(100)).until(() -> passes.get() == 3);
    assertThat(loop.lastPass()).isEqualTo(Instant.EPOCH);
    loop.stop();
    loop.awaitEnd();
  }

  @Test
  void noFailureEndsIt() throws Exception {
    Loop loop =
        loop(
            () -> {
              switch (passes.incrementAndGet()) {
                case 1 -> throw new StoreUnavailableException("away", null);
                case 2 -> throw new IllegalStateException("a mistake");
                case 3 -> throw new StackOverflowError();
                default -> {}
              }
              return Duration.ofHours(1);
            });
    loop.start();
    await().until(() -> loop.lastPass() != null);
    assertThat(passes).hasValue(4);
    loop.stop();
    loop.awaitEnd();
  }
}
