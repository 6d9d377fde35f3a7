package io.taskorch.bench;

import com.sun.management.OperatingSystemMXBean;
import io.taskorch.Taskorch;
import io.taskorch.store.Stores;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.WorkerOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** No-op tasks worked off, by one worker and by two, and what that costs Redis. */
final class Drain implements Benchmark {

  static final int SLOTS = 256;

  static final Measure RATE =
      Measure.rate("drain, one worker, concurrency 256", "tasks/s")
          .comparedTo(Ceiling.DRAIN)
          .withGoal(0.5);
  static final Measure LIFE_CPU =
      Measure.cost("Redis CPU per task, whole life with prune, batched", "µs").withGoal(16);
  private static final Measure WORKER_CPU = Measure.cost("worker CPU per task, drain", "µs");

  private static final Measure ONE = few(1);
  private static final Measure SIXTEEN = few(16);
  private static final Measure SIXTY_FOUR = few(64);
  private static final Measure TWO_WORKERS =
      Measure.rate("drain, two worker processes, concurrency 256", "tasks/s")
          .comparedTo(Ceiling.DRAIN);
  private static final Measure ENQUEUE_CPU = Measure.cost("Redis CPU per task, enqueue", "µs");
  private static final Measure DRAIN_CPU = Measure.cost("Redis CPU per task, drain", "µs");
  static final Measure PRUNE_CPU = Measure.cost("Redis CPU per task, prune", "µs");

  /** More than the retention of any task here. */
  private static final Duration PAST_RETENTION = Duration.ofDays(100);

  private final List<WorkerProcess> workers = new ArrayList<>();

  private static Measure few(int slots) {
    return Measure.rate("drain, one worker, concurrency " + slots, "tasks/s")
        .comparedTo(Ceiling.DRAIN);
  }

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public String description() {
    return "no-op tasks worked off, results and events on";
  }

  @Override
  public List<Measure> measures() {
    return List.of(
        RATE,
        ONE,
        SIXTEEN,
        SIXTY_FOUR,
        TWO_WORKERS,
        ENQUEUE_CPU,
        DRAIN_CPU,
        PRUNE_CPU,
        LIFE_CPU,
        WORKER_CPU);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    wholeLife(rig, sheet);
    sheet.add(ONE, rate(rig, rig.tasks(0.05), 1));
    sheet.add(SIXTEEN, rate(rig, rig.tasks(0.25), 16));
    sheet.add(SIXTY_FOUR, rate(rig, rig.tasks(0.5), 64));
    sheet.add(TWO_WORKERS, rateOfTwoWorkers(rig, rig.tasks(1)));
  }

  /** Enqueue, drain and prune, with what each takes of Redis's core. */
  private static void wholeLife(Rig rig, Sheet sheet) throws InterruptedException {
    int tasks = rig.tasks(1);
    String namespace = rig.newNamespace();
    try (Taskorch client = rig.client(namespace)) {
      double begin = rig.probe().cpuMicros();
      Enqueue.inBatches(client.client(), rig.task(), tasks);
      double enqueued = rig.probe().cpuMicros();
      double workerCpu = ownCpuMicros();
      sheet.add(RATE, rate(rig.connection(namespace), tasks, SLOTS));
      sheet.add(WORKER_CPU, (ownCpuMicros() - workerCpu) / tasks);
      double drained = rig.probe().cpuMicros();
      prune(client.stores());
      double pruned = rig.probe().cpuMicros();
      sheet.add(ENQUEUE_CPU, (enqueued - begin) / tasks);
      sheet.add(DRAIN_CPU, (drained - enqueued) / tasks);
      sheet.add(PRUNE_CPU, (pruned - drained) / tasks);
      sheet.add(LIFE_CPU, (pruned - begin) / tasks);
    }
    rig.flush();
  }

  /** Processor time of this process so far, in µs. */
  static double ownCpuMicros() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        / 1e3;
  }

  /** Deletes all ended tasks, as upkeep does when their time has come. */
  static void prune(Stores stores) {
    for (int partition = 0; partition < stores.partitions().count(); partition++) {
      int deleted;
      do {
        deleted = stores.upkeep().prune(partition, PAST_RETENTION);
      } while (deleted > 0);
    }
  }

  private static double rate(Rig rig, int tasks, int slots) throws InterruptedException {
    String namespace = rig.newNamespace();
    try (Taskorch client = rig.client(namespace)) {
      Enqueue.inBatches(client.client(), rig.task(), tasks);
    }
    double rate = rate(rig.connection(namespace), tasks, slots);
    rig.flush();
    return rate;
  }

  /**
   * Waiting tasks worked off a second, from the worker's start, which is part of it, to the last
   * handler.
   */
  static double rate(Taskorch.Builder connection, int tasks, int slots)
      throws InterruptedException {
    Countdown handled = new Countdown().expect(tasks);
    WorkerOptions options = WorkerOptions.builder().concurrency(slots).build();
    try (Taskorch taskorch = connection.worker(options).connect()) {
      taskorch.register(handled.handler());
      long begin = System.nanoTime();
      taskorch.start();
      handled.await();
      return Rate.since(begin, tasks);
    }
  }

  /** As above, but the workers stay from round to round, and Redis counts. */
  private double rateOfTwoWorkers(Rig rig, int tasks) throws InterruptedException {
    if (workers.isEmpty()) {
      workers.add(WorkerProcess.start());
      workers.add(WorkerProcess.start());
      // Each gets half of the tasks, so a round is a shorter warm-up for them than for this one.
      double unused = rateOfTwoWorkers(rig, tasks) + rateOfTwoWorkers(rig, tasks);
    }
    String namespace = rig.newNamespace();
    try (Taskorch client = rig.client(namespace)) {
      Enqueue.inBatches(client.client(), rig.task(), tasks);
      for (WorkerProcess worker : workers) {
        worker.connect(rig.redis(), namespace, SLOTS);
      }
      long begin = System.nanoTime();
      for (WorkerProcess worker : workers) {
        worker.work();
      }
      awaitSucceeded(client, tasks, begin);
      double rate = Rate.since(begin, tasks);
      for (WorkerProcess worker : workers) {
        worker.disconnect();
      }
      rig.flush();
      return rate;
    }
  }

  private static void awaitSucceeded(Taskorch client, int tasks, long begin)
      throws InterruptedException {
    while (succeeded(client) < tasks) {
      if (System.nanoTime() - begin > Countdown.LONGEST.toNanos()) {
        throw new IllegalStateException("two worker processes do not work off what waits");
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static long succeeded(Taskorch client) {
    return client
        .queues()
        .find(TaskSpec.DEFAULT_QUEUE)
        .map(queue -> queue.depth().getOrDefault(TaskState.SUCCEEDED, 0L))
        .orElse(0L);
  }

  @Override
  public void close() {
    workers.forEach(WorkerProcess::close);
  }
}
