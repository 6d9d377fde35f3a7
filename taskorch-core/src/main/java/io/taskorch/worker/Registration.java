package io.taskorch.worker;

import io.taskorch.store.WorkerRegistry;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the registry that a worker lives, and hears from it whether the worker shall drain. */
final class Registration {

  private static final Logger log = LoggerFactory.getLogger(Registration.class);

  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Duration LIVE_FOR = Duration.ofSeconds(30);

  private final WorkerRegistry registry;
  private final Supplier<WorkerInfo> self;
  private final Runnable onDrain;
  private final Signal signal = new Signal();
  private final Thread thread;
  private volatile boolean stopped;
  private volatile boolean heard;

  /**
   * @param onDrain runs, once or more often, when somebody asks the worker to drain
   */
  Registration(
      WorkerRegistry registry, Supplier<WorkerInfo> self, Runnable onDrain, String threadName) {
    this.registry = registry;
    this.self = self;
    this.onDrain = onDrain;
    this.thread = Thread.ofPlatform().name(threadName).daemon().unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Tells the registry at once what has changed. */
  void update() {
    signal.raise();
  }

  /** Takes the worker off the list, unless the store did not answer the last time. */
  void leave() {
    stopped = true;
    signal.raise();
    try {
      thread.join();
      if (heard) {
        registry.leave(self.get().id());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.info("the worker could not leave the registry; it will be listed as lost");
      log.debug("leave", e);
    }
  }

  private void run() {
    while (!stopped) {
      try {
        boolean drain = registry.beat(self.get(), LIVE_FOR);
        heard = true;
        if (drain) {
          onDrain.run();
        }
      } catch (RuntimeException e) {
        heard = false;
        log.debug("the registry does not answer", e);
      }
      signal.await(PERIOD.toNanos());
    }
  }
}
