package io.taskorch.task;

import java.util.Map;

/**
 * What ties a task to the workflow run whose step it is.
 *
 * @param index the step's place in the run's topological order, from 0
 * @param upstream ids of the tasks whose results the payload refers to, by step name
 * @param refersToInput whether the payload refers to the run's input
 */
public record StepLink(
    String runId, int index, String name, Map<String, String> upstream, boolean refersToInput) {

  public StepLink {
    upstream = Map.copyOf(upstream);
  }

  /**
   * Whether the run's input or results must be fetched to resolve the payload. Without it a payload
   * may still have escapes of references, so it is resolved all the same.
   */
  public boolean hasReferences() {
    return refersToInput || !upstream.isEmpty();
  }
}
