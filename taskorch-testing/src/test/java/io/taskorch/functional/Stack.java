package io.taskorch.functional;

import io.taskorch.Taskorch;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import io.taskorch.worker.Handler;
import io.taskorch.worker.WorkerOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Programs on a namespace of the test's own, closed after it. */
final class Stack implements BeforeEachCallback, AfterEachCallback {

  private final int partitions;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private TestNamespace namespace;

  Stack() {
    this(1);
  }

  Stack(int partitions) {
    this.partitions = partitions;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    namespace = TestNamespace.open(TestRedis.uri(), partitions);
    open.push(namespace);
  }

  /** A program that is not started, connected as any program would be. */
  Taskorch program(UnaryOperator<Taskorch.Builder> settings) {
    return programAt(TestRedis.uri(), settings);
  }

  /** The same through another address of the same Redis. */
  Taskorch programAt(URI address, UnaryOperator<Taskorch.Builder> settings) {
    Taskorch.Builder builder =
        Taskorch.builder()
            .address(address.toString())
            .namespace(namespace.name())
            .partitions(partitions)
            .worker(worker().build());
    Taskorch program = settings.apply(builder).connect();
    open.push(program);
    return program;
  }

  Taskorch program() {
    return program(builder -> builder);
  }

  /** A program that has started with an object's handlers. */
  Taskorch started(Object handlers) {
    return program().register(handlers).start();
  }

  /** A program that has started with one handler. */
  Taskorch started(Handler handler) {
    return program().register(handler).start();
  }

  TestNamespace namespace() {
    return namespace;
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
