package io.taskorch.worker;

import io.taskorch.task.Priority;
import java.util.ArrayList;
import java.util.List;

/**
 * Shares the places of claims among the priorities. Weighted, the places of one claim after the
 * other go round a cycle of fifteen, eight of them for the highest priority, then four, two and
 * one: so a large claim is split 8 : 4 : 2 : 1, claims of one take turns by the same weights, and
 * none starves, however small the claims are. Places that a priority has no tasks for are filled
 * from the highest down by the store.
 *
 * <p>Used by one thread.
 */
public final class PriorityShares {

  private static final int PRIORITIES = Priority.values().length;
  private static final int CYCLE = (1 << PRIORITIES) - 1;
  private static final List<Integer> NONE = List.of(0, 0, 0, 0);

  private final WorkerOptions.Priorities rule;
  private int place;

  public PriorityShares(WorkerOptions.Priorities rule) {
    this.rule = rule;
  }

  /**
   * How many of the next places each priority is sure of, highest first.
   *
   * @param places of the claim, at least 1
   */
  public List<Integer> next(int places) {
    return switch (rule) {
      case STRICT -> NONE;
      case WEIGHTED -> weighted(places);
    };
  }

  /** The places of a claim for the sake of one priority, as far as the rule lets it go first. */
  public List<Integer> allTo(Priority priority, int places) {
    return switch (rule) {
      case STRICT -> NONE;
      case WEIGHTED -> {
        List<Integer> shares = new ArrayList<>(NONE);
        shares.set(priority.ordinal(), places);
        yield shares;
      }
    };
  }

  private List<Integer> weighted(int places) {
    int[] counts = new int[PRIORITIES];
    for (int i = 0; i < PRIORITIES; i++) {
      counts[i] = (places / CYCLE) << (PRIORITIES - 1 - i);
    }
    for (int i = places % CYCLE; i > 0; i--) {
      place = place % CYCLE + 1;
      // The trailing zeros of 1 to 15 are 0, 1, 0, 2, 0, 1, 0, 3, …: weights and order at once.
      counts[Integer.numberOfTrailingZeros(place)]++;
    }
    List<Integer> shares = new ArrayList<>(PRIORITIES);
    for (int count : counts) {
      shares.add(count);
    }
    return shares;
  }
}
