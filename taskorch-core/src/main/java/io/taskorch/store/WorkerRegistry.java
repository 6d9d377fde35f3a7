package io.taskorch.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Which workers there are. */
public interface WorkerRegistry {

  /** A worker that has been silent for longer than it promised leaves the list after this. */
  Duration FORGET_AFTER = Duration.ofHours(1);

  /**
   * Tells that a worker lives.
   *
   * @param liveFor how long it counts as live without another word
   * @return whether somebody asks it to drain
   */
  boolean beat(WorkerInfo worker, Duration liveFor);

  /** Tells that a worker has ended in good order. */
  void leave(String workerId);

  /**
   * Asks a worker to claim no more.
   *
   * @return false when there is no such worker
   */
  boolean drain(String workerId);

  List<RegisteredWorker> list();

  /**
   * What a worker says of itself.
   *
   * @param pool the group of workers that scales as one
   */
  record WorkerInfo(
      String id,
      String host,
      String version,
      String pool,
      List<String> queues,
      List<String> types,
      List<String> labels,
      int slots,
      int busy,
      boolean draining) {
    public WorkerInfo {
      queues = List.copyOf(queues);
      types = List.copyOf(types);
      labels = List.copyOf(labels);
    }
  }

  enum WorkerState {
    ACTIVE,
    DRAINING,
    LOST
  }

  /** A worker and when it was last heard of. */
  record RegisteredWorker(WorkerInfo info, Instant lastHeartbeat, WorkerState state) {
    public boolean live() {
      return state != WorkerState.LOST;
    }
  }
}
