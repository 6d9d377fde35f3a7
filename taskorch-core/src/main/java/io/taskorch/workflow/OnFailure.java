package io.taskorch.workflow;

/** What the failure of a step means for its run. */
public enum OnFailure {
  /** The run fails, once the branches that do not depend on the step have ended. */
  FAIL,
  /** The step counts as succeeded, with the result null. */
  CONTINUE
}
