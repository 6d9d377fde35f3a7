package io.taskorch.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What stands in the store, told alike by every process that asks:
 *
 * <ul>
 *   <li>{@code taskorch_queue_depth{queue,state}}: tasks
 *   <li>{@code taskorch_queue_latency_seconds{queue}}: the age of the oldest ready task, 0 when
 *       nothing is ready
 *   <li>{@code taskorch_queue_workers{queue}}: live workers that take from it
 *   <li>{@code taskorch_queue_unhandled{queue}}: ready tasks that stand aside and that none of them
 *       can take, for want of a handler, a label or slots
 * </ul>
 */
public final class QueueMeters {

  private static final Duration FRESH = Duration.ofSeconds(1);

  private final ReentrantLock lock = new ReentrantLock();
  private final Stores stores;
  private final MultiGauge depth;
  private final MultiGauge latency;
  private final MultiGauge workers;
  private final MultiGauge unhandled;
  private final Labels queues = new Labels();
  private long lastRefresh = System.nanoTime() - FRESH.toNanos();

  public QueueMeters(Stores stores, MeterRegistry registry) {
    this.stores = stores;
    this.depth = MultiGauge.builder("taskorch.queue.depth").description("Tasks").register(registry);
    this.latency =
        MultiGauge.builder("taskorch.queue.latency")
            .description("The age of the oldest ready task")
            .baseUnit("seconds")
            .register(registry);
    this.workers =
        MultiGauge.builder("taskorch.queue.workers")
            .description("Live workers that take from the queue")
            .register(registry);
    this.unhandled =
        MultiGauge.builder("taskorch.queue.unhandled")
            .description("Ready tasks that no live worker of the queue can take")
            .register(registry);
  }

  /**
   * Looks at the store, unless somebody did within the last second. When it cannot be reached the
   * gauges are gone, rather than old.
   */
  public void refresh() {
    lock.lock();
    try {
      if (System.nanoTime() - lastRefresh >= FRESH.toNanos()) {
        lastRefresh = System.nanoTime();
        look();
      }
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    List<Row<?>> depths = new ArrayList<>();
    List<Row<?>> latencies = new ArrayList<>();
    List<Row<?>> takers = new ArrayList<>();
    List<Row<?>> stranded = new ArrayList<>();
    try {
      List<WorkerInfo> live =
          stores.workers().list().stream()
              .filter(RegisteredWorker::live)
              .map(RegisteredWorker::info)
              .toList();
      for (QueueView queue : stores.queues().list()) {
        if (queues.of(queue.name()).equals(Labels.OTHER)) {
          continue;
        }
        Tags tags = Tags.of("queue", queue.name());
        queue
            .depth()
            .forEach((state, tasks) -> depths.add(Row.of(tags.and("state", state.name()), tasks)));
        Duration age = queue.oldestPendingAge();
        latencies.add(Row.of(tags, age == null ? 0 : age.toMillis() / 1000.0));
        List<WorkerInfo> ofQueue =
            live.stream().filter(worker -> worker.queues().contains(queue.name())).toList();
        takers.add(Row.of(tags, ofQueue.size()));
        stranded.add(Row.of(tags, unhandled(queue, ofQueue)));
      }
    } catch (StoreUnavailableException e) {
      depths.clear();
      latencies.clear();
      takers.clear();
      stranded.clear();
    }
    depth.register(depths, true);
    latency.register(latencies, true);
    workers.register(takers, true);
    unhandled.register(stranded, true);
  }

  private static long unhandled(QueueView queue, List<WorkerInfo> ofQueue) {
    return queue.aside().entrySet().stream()
        .filter(tasks -> ofQueue.stream().noneMatch(tasks.getKey()::isMetBy))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
