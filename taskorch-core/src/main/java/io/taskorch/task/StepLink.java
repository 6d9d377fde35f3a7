package io.taskorch.task;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What ties a task to the workflow run whose step it is.
 *
 * @param index the step's place in the run's topological order, from 0
 * @param upstream ids of the tasks whose results the payload refers to, by step name
 * @param refersToInput whether the payload refers to the run's input
 * @param inputRunId the run whose input that is: its own, or, in a run that a step of another one
 *     began for its elements, that other one
 * @param element which the step is done for; null unless it is for each of a list
 * @param waitingFor what ends the step where no worker does: {@code time}, {@code approval}, {@code
 *     signal:NAME}, {@code workflow:NAME}, {@code elements}; null for others
 */
public record StepLink(
    String runId,
    int index,
    String name,
    Map<String, String> upstream,
    boolean refersToInput,
    String inputRunId,
    @Nullable Element element,
    @Nullable String waitingFor) {

  public StepLink {
    upstream = Map.copyOf(upstream);
  }

  /** A step whose payload refers to nothing but the results of these tasks, and maybe the input. */
  public StepLink(
      String runId, int index, String name, Map<String, String> upstream, boolean refersToInput) {
    this(runId, index, name, upstream, refersToInput, runId, null, null);
  }

  /**
   * Whether the run's input or results must be fetched to resolve the payload. Without it a payload
   * may still have escapes of references, so it is resolved all the same.
   */
  public boolean hasReferences() {
    return refersToInput || !upstream.isEmpty();
  }
}
