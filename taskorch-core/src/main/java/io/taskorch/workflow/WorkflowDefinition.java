package io.taskorch.workflow;

import java.util.List;

/**
 * A workflow as submitted, checked as a whole.
 *
 * @param name a name; need not be unique
 * @param steps as the caller ordered them, 1 to {@link #MOST_STEPS}
 */
public record WorkflowDefinition(String name, List<Step> steps) {

  public static final int MOST_STEPS = 10_000;
  public static final int MOST_EDGES = 50_000;

  public WorkflowDefinition {
    steps = List.copyOf(steps);
  }
}
