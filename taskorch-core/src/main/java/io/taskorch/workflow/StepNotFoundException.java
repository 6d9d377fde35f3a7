package io.taskorch.workflow;

import io.taskorch.task.TaskorchException;

/** The run has no step of this name, or none that waits for a signal of it. */
public final class StepNotFoundException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private StepNotFoundException(String message) {
    super(message);
  }

  public static StepNotFoundException named(String runId, String step) {
    return new StepNotFoundException("workflow run " + runId + " has no step " + step);
  }

  public static StepNotFoundException withSignal(String runId, String signal) {
    return new StepNotFoundException(
        "no step of workflow run " + runId + " waits for the signal " + signal);
  }
}
