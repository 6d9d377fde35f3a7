package io.taskorch.bench;

import io.taskorch.task.Json;
import io.taskorch.worker.Handler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A handler that does nothing but answer, and tells when it has done so often enough. */
final class Countdown {

  static final Duration LONGEST = Duration.ofMinutes(3);
  static final Map<String, Boolean> RESULT = Map.of("ok", true);

  private volatile CountDownLatch left = new CountDownLatch(0);

  Countdown expect(int tasks) {
    left = new CountDownLatch(tasks);
    return this;
  }

  Handler handler() {
    return Handler.of(
        Rig.TYPE,
        Json.class,
        (payload, task) -> {
          count();
          return RESULT;
        });
  }

  void count() {
    left.countDown();
  }

  /**
   * @throws IllegalStateException it takes too long
   */
  void await() throws InterruptedException {
    if (!left.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          left.getCount() + " tasks have not run after " + LONGEST.toMinutes() + " minutes");
    }
  }
}
