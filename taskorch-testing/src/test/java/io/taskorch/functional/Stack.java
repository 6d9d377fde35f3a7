package io.taskorch.functional;

import io.taskorch.Taskorch;
import io.taskorch.testing.TestRedis;
import io.taskorch.worker.WorkerOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Programs on a namespace of the test's own, closed after it. */
final class Stack implements AfterEachCallback {

  private final String namespace = "t" + UUID.randomUUID();
  private final URI redis;
  private final int partitions;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  Stack() {
    this(TestRedis.uri(), 1);
  }

  Stack(URI redis, int partitions) {
    this.redis = redis;
    this.partitions = partitions;
  }

  /** A program that is not started. */
  Taskorch program(UnaryOperator<Taskorch.Builder> settings) {
    Taskorch program =
        settings
            .apply(
                Taskorch.builder()
                    .address(redis.toString())
                    .namespace(namespace)
                    .partitions(partitions)
                    .worker(worker().build()))
            .connect();
    open.push(program);
    return program;
  }

  Taskorch program() {
    return program(builder -> builder);
  }

  /** A program that has started with these handlers. */
  Taskorch started(Object handlers) {
    return program().register(handlers).start();
  }

  /** Settings under which a test need not wait long. */
  static WorkerOptions.Builder worker() {
    return WorkerOptions.builder().lease(Duration.ofSeconds(2)).grace(Duration.ofSeconds(5));
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
