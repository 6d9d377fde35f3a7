package io.taskorch.upkeep;

import io.taskorch.store.QueueStore;
import java.time.Duration;

/** Puts the settings of queues right in partitions that missed a change. */
final class QueueKeeper implements Loop.Work {

  private final QueueStore queues;
  private final Pace pace;

  QueueKeeper(QueueStore queues, Pace pace) {
    this.queues = queues;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    return pace.after(queues.repairSettings() > 0);
  }
}
