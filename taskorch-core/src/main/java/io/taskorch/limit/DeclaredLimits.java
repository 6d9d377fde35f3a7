package io.taskorch.limit;

import java.util.Map;

/**
 * Limits that settings or code say.
 *
 * @param queues by the queue's name
 * @param keys by what tasks give as their {@code limit}
 */
public record DeclaredLimits(Map<String, QueueLimits> queues, Map<String, Limits> keys) {

  public static final DeclaredLimits NONE = new DeclaredLimits(Map.of(), Map.of());

  public DeclaredLimits {
    queues = Map.copyOf(queues);
    keys = Map.copyOf(keys);
  }
}
