package io.taskorch.bench;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;

/** A process with a worker, for one namespace after the other. */
final class WorkerProcess implements AutoCloseable {

  private static final Pattern DONE = Pattern.compile("^done$");

  private final ChildJvm jvm;

  private WorkerProcess(ChildJvm jvm) {
    this.jvm = jvm;
  }

  static WorkerProcess start() {
    return new WorkerProcess(ChildJvm.start(Child.Role.BENCH_WORKER, Map.of()));
  }

  /** Connects it, with upkeep beside the worker as in a program that embeds both. */
  void connect(URI redis, String namespace, int slots) throws InterruptedException {
    connect(redis, namespace, slots, "upkeep");
  }

  /** Connects it as the worker's app is, whose upkeep is the scheduler's. */
  void connectWithoutUpkeep(URI redis, String namespace, int slots) throws InterruptedException {
    connect(redis, namespace, slots, "alone");
  }

  private void connect(URI redis, String namespace, int slots, String upkeep)
      throws InterruptedException {
    jvm.tell("connect " + redis + " " + namespace + " " + slots + " " + upkeep);
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
