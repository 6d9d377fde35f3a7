package io.taskorch.upkeep;

import io.taskorch.store.QueueStore;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.WorkerRegistry;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fails tasks that none of the live workers of their queue has a handler for, so that a misspelled
 * type is not retried for ever. Where a queue has no live worker at all its tasks wait.
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
        queues.list().stream().filter(queue -> !queue.waitingByType().isEmpty()).toList();
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
    int failed = 0;
    Set<String> liveTypes = liveTypes(queue, ofQueue);
    for (int partition = 0; partition < partitions; partition++) {
      failed += tasks.failUnhandled(partition, queue.name(), liveTypes, grace);
    }
    if (failed > 0) {
      log.warn(
          "queue {}: {} tasks failed, as no live worker handles their type", queue.name(), failed);
    }
    return failed;
  }

  /**
   * What counts as handled. Where no worker claims, everything does, which stops the clock: tasks
   * wait then, and while all workers drain those of the next release may be on their way.
   */
  private static Set<String> liveTypes(QueueView queue, List<RegisteredWorker> ofQueue) {
    if (ofQueue.stream().noneMatch(worker -> worker.state() == WorkerState.ACTIVE)) {
      return queue.waitingByType().keySet();
    }
    Set<String> liveTypes = new HashSet<>();
    ofQueue.forEach(worker -> liveTypes.addAll(worker.info().types()));
    return liveTypes;
  }
}
