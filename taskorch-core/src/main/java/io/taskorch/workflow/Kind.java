package io.taskorch.workflow;

import java.util.Locale;

/**
 * What a step does. All but {@link #TASK} end without a worker and hold no slot while they wait.
 */
public enum Kind {
  /** Runs a task. */
  TASK,
  /** Ends after a time, or at one. */
  WAIT,
  /** Ends when somebody sends the run a signal of its name. */
  SIGNAL,
  /** Ends when a person approves or rejects it. */
  APPROVAL,
  /** Runs another workflow, and ends with it. */
  WORKFLOW;

  /** As documents have it; the type of the step's task too where there is no other. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
