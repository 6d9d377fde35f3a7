package io.taskorch.workflow;

import io.taskorch.task.TaskState;
import java.util.Collection;

/**
 * What follows for a run from the states of its steps. The scripts in Redis apply the same rules;
 * tests hold them to this.
 */
public final class Progression {

  private Progression() {}

  /** What becomes of a blocked step. */
  public enum Decision {
    /** It stays blocked. */
    WAIT,
    /** It is released: due, or due later when it has a delay. */
    RUN,
    /** It ends as {@link TaskState#SKIPPED}. */
    SKIP,
    /** It ends as {@link TaskState#CANCELLED}, {@code upstream-failed}. */
    CANCEL
  }

  /**
   * What becomes of a blocked step. It is decided when all upstream steps have ended, so that the
   * order in which they end makes no difference; with {@link Join#ANY_SUCCEEDED} at the first that
   * has succeeded. A failed step whose failure its run goes on from counts as succeeded.
   *
   * @param upstream the states of the step's dependencies; none for a step without any
   */
  public static Decision decide(Join join, Collection<TaskState> upstream) {
    if (join == Join.ANY_SUCCEEDED && upstream.contains(TaskState.SUCCEEDED)) {
      return Decision.RUN;
    }
    if (!upstream.stream().allMatch(TaskState::isFinal)) {
      return Decision.WAIT;
    }
    return switch (join) {
      case ALL_SUCCEEDED -> ifAllSucceeded(upstream);
      case ALL_FINISHED -> Decision.RUN;
      case ANY_SUCCEEDED -> ifNoneSucceeded(upstream);
    };
  }

  /**
   * A cancelled step counts as failed here: it did not do its work, and mostly because a step
   * before it failed. So a failure reaches everything downstream, past what was skipped.
   */
  private static Decision ifAllSucceeded(Collection<TaskState> upstream) {
    if (upstream.contains(TaskState.FAILED) || upstream.contains(TaskState.CANCELLED)) {
      return Decision.CANCEL;
    }
    return upstream.contains(TaskState.SKIPPED) ? Decision.SKIP : Decision.RUN;
  }

  private static Decision ifNoneSucceeded(Collection<TaskState> upstream) {
    if (upstream.isEmpty()) {
      return Decision.RUN;
    }
    return upstream.stream().allMatch(state -> state == TaskState.SKIPPED)
        ? Decision.SKIP
        : Decision.CANCEL;
  }

  /**
   * The state of a run that has nothing to undo: {@code RUNNING} until all steps have ended, then
   * {@code FAILED} if one failed, else {@code CANCELLED} if one was cancelled, by hand or with the
   * whole run, else {@code SUCCEEDED}. So a run that was asked to stop, but whose steps all
   * succeeded first, succeeded.
   *
   * @param steps the states of all steps
   */
  public static RunState runState(Collection<TaskState> steps) {
    if (!steps.stream().allMatch(TaskState::isFinal)) {
      return RunState.RUNNING;
    }
    if (steps.contains(TaskState.FAILED)) {
      return RunState.FAILED;
    }
    return steps.contains(TaskState.CANCELLED) ? RunState.CANCELLED : RunState.SUCCEEDED;
  }
}
