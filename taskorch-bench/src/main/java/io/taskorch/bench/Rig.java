package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import java.net.URI;

/** The Redis under test, how much to do with it, and what all benchmarks do alike. */
final class Rig implements AutoCloseable {

  static final String TYPE = "noop";
  static final int PAYLOAD_BYTES = 200;

  /** Tasks come in batches of so many, and so do the sizes of all benchmarks. */
  static final int BATCH = 1000;

  private final URI redis;
  private final int tasks;
  private final int runs;
  private final RedisProbe probe;
  private final TaskSpec task;
  private int namespaces;

  Rig(URI redis, int tasks, int runs) {
    this.redis = redis;
    this.tasks = tasks;
    this.runs = runs;
    this.probe = new RedisProbe(redis);
    this.task = plainTask();
  }

  static TaskSpec plainTask() {
    int frame = "{\"text\":\"\"}".length();
    String text = "x".repeat(PAYLOAD_BYTES - frame);
    return TaskSpec.builder(TYPE).payload(Json.of("{\"text\":\"" + text + "\"}")).build();
  }

  URI redis() {
    return redis;
  }

  RedisProbe probe() {
    return probe;
  }

  int runs() {
    return runs;
  }

  /** A share of the tasks that the suite was told to work with, in full batches. */
  int tasks(double share) {
    return tasks(tasks, share);
  }

  static int tasks(int all, double share) {
    return Math.max(1, (int) Math.ceil(all * share / BATCH)) * BATCH;
  }

  /** A task with a payload of {@link #PAYLOAD_BYTES} and every default. */
  TaskSpec task() {
    return task;
  }

  byte[] payload() {
    return task.payload().utf8();
  }

  /** A name that no benchmark has used. */
  String newNamespace() {
    return "bench" + namespaces++;
  }

  Taskorch.Builder connection(String namespace) {
    return Taskorch.builder().address(redis.toString()).namespace(namespace);
  }

  /** A connection that only submits and reads. */
  Taskorch client(String namespace) {
    return connection(namespace).withoutUpkeep().connect();
  }

  /** Empties Redis. */
  void flush() {
    probe.flush();
  }

  @Override
  public void close() {
    probe.close();
  }
}
