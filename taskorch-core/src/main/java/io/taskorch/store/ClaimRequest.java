package io.taskorch.store;

import io.taskorch.task.Gathering;
import io.taskorch.task.Lease;
import io.taskorch.task.Names;
import io.taskorch.task.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a worker asks for.
 *
 * @param claimId 128 random bits as a {@link Lease#nonce()}; names this call and becomes part of
 *     each lease
 * @param queues in the order in which they are asked; turned by the caller from claim to claim
 * @param types what the worker has handlers for
 * @param most how many slots are free, at most those of {@code fit}: a task takes one unless it
 *     says otherwise
 * @param shares how many of them each priority is sure of, highest first, if it has so many; places
 *     left over are filled from the highest priority down
 * @param lease how long the tasks are the worker's without a heartbeat
 * @param fit what else the worker can take
 */
public record ClaimRequest(
    String workerId,
    String claimId,
    int partition,
    List<String> queues,
    Set<String> types,
    int most,
    List<Integer> shares,
    Duration lease,
    Fit fit) {

  /** One call claims no more tasks. */
  public static final int MOST = 200;

  /**
   * What a worker can take besides its types.
   *
   * @param slots how many it has in all, free or not: what needs more is left to others
   * @param labels as it says of itself
   * @param gathered those of its types whose tasks it takes together; such a lot takes the slots of
   *     one task
   */
  public record Fit(int slots, List<String> labels, Map<String, Gathering> gathered) {

    /** Of a worker that takes each task by itself. */
    public Fit(int slots, List<String> labels) {
      this(slots, labels, Map.of());
    }

    /** Of a worker without labels. */
    public static Fit ofSlots(int slots) {
      return new Fit(slots, List.of());
    }

    public Fit {
      labels = List.copyOf(labels);
      gathered = Map.copyOf(gathered);
    }
  }

  /** A request of a worker without labels, all of whose slots are free. */
  public ClaimRequest(
      String workerId,
      String claimId,
      int partition,
      List<String> queues,
      Set<String> types,
      int most,
      List<Integer> shares,
      Duration lease) {
    this(workerId, claimId, partition, queues, types, most, shares, lease, Fit.ofSlots(most));
  }

  public ClaimRequest {
    queues = List.copyOf(queues);
    types = Set.copyOf(types);
    shares = List.copyOf(shares);
    if (!Names.isValidWorkerId(workerId) || !Lease.isValidNonce(claimId)) {
      throw new IllegalArgumentException("not a worker's id or not a claim's");
    }
    if (most < 1 || most > fit.slots()) {
      throw new IllegalArgumentException("most is " + most + ", not 1 to " + fit.slots());
    }
    if (shares.size() != Priority.values().length) {
      throw new IllegalArgumentException("there is a share for each priority");
    }
  }
}
