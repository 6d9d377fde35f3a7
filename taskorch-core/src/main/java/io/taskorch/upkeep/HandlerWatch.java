package io.taskorch.upkeep;

import io.taskorch.store.Demand;
import io.taskorch.store.QueueStore;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.WorkerRegistry;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fails tasks that none of the live workers of their queue can take, for want of a handler, a label
 * or slots, so that a misspelled type does not wait for ever. Where a queue has no live worker at
 * all its tasks wait.
 */
final class HandlerWatch implements Loop.Work {

  private static final Logger log = LoggerFactory.getLogger(HandlerWatch.class);

  private final TaskUpkeep tasks;
  private final QueueStore queues;
  private final WorkerRegistry workers;
  private final int partitions;
  private final Duration grace;
  private final Pace pace;

  HandlerWatch(
      TaskUpkeep tasks,
      QueueStore queues,
      WorkerRegistry workers,
      int partitions,
      Duration grace,
      Pace pace) {
    this.tasks = tasks;
    this.queues = queues;
    this.workers = workers;
    this.partitions = partitions;
    this.grace = grace;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    List<QueueView> waiting =
        queues.list().stream().filter(queue -> !queue.aside().isEmpty()).toList();
    int failed = 0;
    if (!waiting.isEmpty()) {
      List<RegisteredWorker> live = workers.list().stream().filter(RegisteredWorker::live).toList();
      for (QueueView queue : waiting) {
        failed += failUnhandled(queue, live);
      }
    }
    return pace.after(failed > 0);
  }

  private int failUnhandled(QueueView queue, List<RegisteredWorker> live) {
    List<RegisteredWorker> ofQueue =
        live.stream().filter(worker -> worker.info().queues().contains(queue.name())).toList();
    Predicate<Demand> handled = handled(ofQueue);
    int failed = 0;
    for (int partition = 0; partition < partitions; partition++) {
      failed += tasks.failUnhandled(partition, queue.name(), handled, grace);
    }
    if (failed > 0) {
      log.warn("queue {}: {} tasks failed, as no live worker can take them", queue.name(), failed);
    }
    return failed;
  }

  /**
   * What counts as handled. Where no worker claims, everything does, which stops the clock: tasks
   * wait then, and while all workers drain those of the next release may be on their way.
   */
  private static Predicate<Demand> handled(List<RegisteredWorker> ofQueue) {
    if (ofQueue.stream().noneMatch(worker -> worker.state() == WorkerState.ACTIVE)) {
      return demand -> true;
    }
    return demand -> ofQueue.stream().anyMatch(worker -> demand.isMetBy(worker.info()));
  }
}
