package io.taskorch.bench;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** A process with a worker and upkeep, for one namespace after the other. */
final class WorkerProcess implements AutoCloseable {

  private static final Pattern DONE = Pattern.compile("^done$");

  private final ChildJvm jvm;

  private WorkerProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  static WorkerProcess start() {
    return new WorkerProcess(ChildJvm.start(Child.Role.BENCH_WORKER, Map.of()));
  }

  void connect(URI redis, String namespace, int slots) throws InterruptedException {
    jvm.tell("connect " + redis + " " + namespace + " " + slots);
    jvm.await(DONE);
  }

  /** Begins to claim; returns at once. */
  void work() {
    jvm.tell("work");
  }

  /** Drains and ends the connection. */
  void disconnect() throws InterruptedException {
    jvm.tell("disconnect");
    jvm.await(DONE);
  }

  /** Processor time so far. */
  Duration cpu() {
    return jvm.cpu();
  }

  @Override
  public void close() {
    jvm.close();
  }
}
