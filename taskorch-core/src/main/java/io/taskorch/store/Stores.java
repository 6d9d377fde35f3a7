package io.taskorch.store;

/** All ports of one namespace. */
public interface Stores extends AutoCloseable {

  TaskStore tasks();

  TaskQuery query();

  TaskLogs logs();

  QueueStore queues();

  LimitStore limits();

  TaskUpkeep upkeep();

  WorkerRegistry workers();

  IdempotencyStore idempotency();

  EventLog events();

  Hints hints();

  RunStore runs();

  BatchStore batches();

  ScheduleStore schedules();

  DefinitionStore definitions();

  Partitions partitions();

  /**
   * Proves that the store answers.
   *
   * @throws io.taskorch.task.StoreUnavailableException when it does not
   */
  void ping();

  @Override
  void close();
}
