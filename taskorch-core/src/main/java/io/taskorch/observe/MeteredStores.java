package io.taskorch.observe;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskorch.store.BatchStore;
import io.taskorch.store.DefinitionStore;
import io.taskorch.store.EventLog;
import io.taskorch.store.Hints;
import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.LimitStore;
import io.taskorch.store.Partitions;
import io.taskorch.store.QueueStore;
import io.taskorch.store.RunStore;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.WorkerRegistry;

/**
 * The ports of a namespace, with every move that goes through them counted:
 *
 * <ul>
 *   <li>{@code taskorch_tasks_created_total{queue,type}}
 *   <li>{@code taskorch_tasks_completed_total{queue,type,outcome}}, the outcome being {@code
 *       succeeded}, {@code failed} or {@code cancelled}
 *   <li>{@code taskorch_task_retries_total{queue,type}}: failures that are tried again
 *   <li>{@code taskorch_task_duration_seconds{queue,type}}: from the claim to the end of an attempt
 *   <li>{@code taskorch_task_wait_seconds{queue,type}}: from ready to the claim
 *   <li>{@code taskorch_leases_lost_total}
 * </ul>
 *
 * <p>Each process counts what it did itself. A queue or type beyond the {@link Labels#MOST} first
 * ones, or one that a call does not know, is {@code other}.
 */
public final class MeteredStores implements Stores {

  private final Stores stores;
  private final TaskStore tasks;
  private final QueueStore queues;
  private final TaskUpkeep upkeep;
  private final RunStore runs;
  private final BatchStore batches;

  public MeteredStores(Stores stores, MeterRegistry registry) {
    this.stores = stores;
    TaskMeters meters = new TaskMeters(registry);
    this.tasks = new MeteredTaskStore(stores.tasks(), stores.query(), meters);
    this.queues = new MeteredQueueStore(stores.queues(), meters);
    this.upkeep = new MeteredTaskUpkeep(stores.upkeep(), meters);
    this.runs = new MeteredRunStore(stores.runs(), meters);
    this.batches = new MeteredBatchStore(stores.batches(), meters);
  }

  @Override
  public TaskStore tasks() {
    return tasks;
  }

  @Override
  public TaskQuery query() {
    return stores.query();
  }

  @Override
  public TaskLogs logs() {
    return stores.logs();
  }

  @Override
  public QueueStore queues() {
    return queues;
  }

  @Override
  public LimitStore limits() {
    return stores.limits();
  }

  @Override
  public TaskUpkeep upkeep() {
    return upkeep;
  }

  @Override
  public WorkerRegistry workers() {
    return stores.workers();
  }

  @Override
  public IdempotencyStore idempotency() {
    return stores.idempotency();
  }

  @Override
  public EventLog events() {
    return stores.events();
  }

  @Override
  public Hints hints() {
    return stores.hints();
  }

  @Override
  public RunStore runs() {
    return runs;
  }

  @Override
  public BatchStore batches() {
    return batches;
  }

  @Override
  public ScheduleStore schedules() {
    return stores.schedules();
  }

  @Override
  public DefinitionStore definitions() {
    return stores.definitions();
  }

  @Override
  public Partitions partitions() {
    return stores.partitions();
  }

  @Override
  public void ping() {
    stores.ping();
  }

  @Override
  public void close() {
    stores.close();
  }
}
