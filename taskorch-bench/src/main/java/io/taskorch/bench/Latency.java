package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.Handler;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/** From the call of enqueue to the first line of the handler, at a steady rate. */
final class Latency implements Benchmark {

  private static final double P50 = 0.5;
  private static final double P99 = 0.99;
  private static final long WARM_UP_NANOS = 1_000_000_000L;

  private static final Load IDLE =
      new Load(
          100,
          0.005,
          Measure.cost("enqueue to handler start, 100 tasks/s, p50", "ms").withGoal(1),
          Measure.cost("enqueue to handler start, 100 tasks/s, p99", "ms").withGoal(5));
  private static final Load BUSY =
      new Load(
          5_000,
          0.1,
          Measure.cost("enqueue to handler start, 5,000 tasks/s, p50", "ms"),
          Measure.cost("enqueue to handler start, 5,000 tasks/s, p99", "ms"));

  /**
   * @param rate tasks a second
   * @param share of the suite's tasks
   */
  private record Load(int rate, double share, Measure p50, Measure p99) {}

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String description() {
    return "enqueue to handler start, one by one at a steady rate";
  }

  @Override
  public List<Measure> measures() {
    return List.of(IDLE.p50, IDLE.p99, BUSY.p50, BUSY.p99);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    measure(rig, sheet, IDLE);
    measure(rig, sheet, BUSY);
  }

  private static void measure(Rig rig, Sheet sheet, Load load) throws InterruptedException {
    int counted = Math.max(100, (int) (rig.tasks(1) * load.share));
    int before = (int) Math.min(counted, load.rate * WARM_UP_NANOS / 1_000_000_000L);
    AtomicLongArray enqueued = new AtomicLongArray(before + counted);
    AtomicLongArray started = new AtomicLongArray(before + counted);
    Countdown handled = new Countdown().expect(before + counted);
    String namespace = rig.newNamespace();
    try (Taskorch client = rig.client(namespace);
        Taskorch worker = rig.connection(namespace).connect()) {
      worker.register(
          Handler.of(
              Rig.TYPE,
              Integer.class,
              (number, task) -> {
                started.set(number, System.nanoTime());
                handled.count();
                return Countdown.RESULT;
              }));
      worker.start();
      submit(client, load.rate, enqueued);
      handled.await();
    }
    rig.flush();
    double[] millis = new double[counted];
    for (int i = 0; i < counted; i++) {
      millis[i] = (started.get(before + i) - enqueued.get(before + i)) / 1e6;
    }
    Arrays.sort(millis);
    sheet.add(load.p50, millis[(int) (P50 * (counted - 1))]);
    sheet.add(load.p99, millis[(int) (P99 * (counted - 1))]);
  }

  /** Several threads keep the rate, so that a slow call delays no other. */
  private static void submit(Taskorch client, int rate, AtomicLongArray enqueued)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    long begin = System.nanoTime();
    Thread[] threads = new Thread[16];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofVirtual()
              .start(
                  () -> {
                    int number;
                    while ((number = next.getAndIncrement()) < enqueued.length()) {
                      waitUntil(begin + number * 1_000_000_000L / rate);
                      TaskSpec task =
                          TaskSpec.builder(Rig.TYPE)
                              .payload(Json.of(Integer.toString(number)))
                              .build();
                      enqueued.set(number, System.nanoTime());
                      var unused = client.client().enqueue(task);
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void waitUntil(long time) {
    for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
