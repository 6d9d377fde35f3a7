package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.TaskHandler;
import io.taskorch.worker.WorkerOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Enqueue and drain with the defaults that a user gets, in turn with the ceilings, so that a drift
 * of the machine meets both alike.
 */
final class Benchmarks {

  private static final int PAYLOAD_BYTES = 200;
  private static final int SLOTS = 256;
  private static final int CALLERS = 64;
  private static final int ENQUEUE_BATCH = 1000;

  private final URI redis;
  private final int tasks;
  private final int runs;
  private final Json payload;
  private int namespaces;

  Benchmarks(URI redis, int tasks, int runs) {
    this.redis = redis;
    this.tasks = tasks;
    this.runs = runs;
    int frame = "{\"text\":\"\"}".length();
    this.payload = Json.of("{\"text\":\"" + "x".repeat(PAYLOAD_BYTES - frame) + "\"}");
  }

  List<Figure> run() throws InterruptedException {
    List<Double> sets = new ArrayList<>();
    List<Double> rawEnqueues = new ArrayList<>();
    List<Double> rawDrains = new ArrayList<>();
    List<Double> rawSingles = new ArrayList<>();
    List<Double> enqueues = new ArrayList<>();
    List<Double> drains = new ArrayList<>();
    List<Double> singles = new ArrayList<>();
    for (int i = 0; i <= runs; i++) {
      RawCeiling ceiling = new RawCeiling(redis, nextNamespace());
      double set = ceiling.sets(tasks, payload.utf8());
      double rawEnqueue = ceiling.enqueue(tasks, payload.utf8());
      double rawDrain = ceiling.drain(tasks);
      double rawSingle = ceiling.enqueueOneByOne(tasks / 4, payload.utf8(), CALLERS);
      flush();
      double single = enqueueOneByOne();
      flush();
      String namespace = nextNamespace();
      double enqueue = enqueueInBatches(namespace);
      double drain = drain(namespace);
      flush();
      // The first round warms the machine up.
      if (i > 0) {
        sets.add(set);
        rawEnqueues.add(rawEnqueue);
        rawDrains.add(rawDrain);
        rawSingles.add(rawSingle);
        singles.add(single);
        enqueues.add(enqueue);
        drains.add(drain);
      }
    }
    String unit = "tasks/s";
    Figure rawEnqueue = new Figure("raw ceiling, enqueue in batches", unit, rawEnqueues, null);
    Figure rawSingle =
        new Figure("raw ceiling, one by one, 64 connections", unit, rawSingles, null);
    Figure rawDrain = new Figure("raw ceiling, drain", unit, rawDrains, null);
    return List.of(
        new Figure("plain SET in a pipeline", "a second", sets, null),
        rawEnqueue,
        new Figure("enqueue in batches", unit, enqueues, rawEnqueue),
        rawSingle,
        new Figure("enqueue one by one, 64 threads", unit, singles, rawSingle),
        rawDrain,
        new Figure("drain, one worker, concurrency 256", unit, drains, rawDrain));
  }

  private String nextNamespace() {
    return "bench" + namespaces++;
  }

  private void flush() {
    try (Pipeline pipeline = new Pipeline(redis)) {
      pipeline.send(Pipeline.bytes("FLUSHALL"));
      pipeline.receive();
    }
  }

  private TaskSpec task() {
    return TaskSpec.builder("noop").payload(payload).build();
  }

  private Taskorch.Builder connection(String namespace) {
    return Taskorch.builder().address(redis.toString()).namespace(namespace);
  }

  private double enqueueInBatches(String namespace) {
    try (Taskorch taskorch = connection(namespace).withoutUpkeep().connect()) {
      List<TaskSpec> batch = Collections.nCopies(ENQUEUE_BATCH, task());
      return Rate.of(
          tasks,
          () -> {
            for (int sent = 0; sent < tasks; sent += ENQUEUE_BATCH) {
              taskorch.client().enqueueAll(batch);
            }
          });
    }
  }

  private double enqueueOneByOne() throws InterruptedException {
    try (Taskorch taskorch = connection(nextNamespace()).withoutUpkeep().connect()) {
      int total = tasks / 4;
      AtomicInteger left = new AtomicInteger(total);
      TaskSpec task = task();
      List<Thread> callers = new ArrayList<>();
      long begin = System.nanoTime();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            Thread.startVirtualThread(
                () -> {
                  while (left.getAndDecrement() > 0) {
                    taskorch.client().enqueue(task);
                  }
                }));
      }
      for (Thread caller : callers) {
        caller.join();
      }
      return Rate.since(begin, total);
    }
  }

  /** From the worker's start to the end of the last handler; start-up is part of it. */
  private double drain(String namespace) throws InterruptedException {
    CountDownLatch left = new CountDownLatch(tasks);
    WorkerOptions options = WorkerOptions.builder().concurrency(SLOTS).build();
    try (Taskorch taskorch = connection(namespace).worker(options).connect()) {
      taskorch.register(new Noop(left));
      long begin = System.nanoTime();
      taskorch.start();
      left.await();
      return Rate.since(begin, tasks);
    }
  }

  /** A handler that does nothing but answer. */
  static final class Noop {
    private final CountDownLatch left;

    Noop(CountDownLatch left) {
      this.left = left;
    }

    @TaskHandler("noop")
    Map<String, Boolean> run(Json payload) {
      left.countDown();
      return Map.of("ok", true);
    }
  }
}
