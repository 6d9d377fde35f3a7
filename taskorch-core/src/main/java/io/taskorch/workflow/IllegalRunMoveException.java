package io.taskorch.workflow;

import io.taskorch.task.TaskorchException;

/** A run cannot make this move from its state; nothing was written. */
public class IllegalRunMoveException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final transient RunState state;

  public IllegalRunMoveException(String verb, String id, RunState state) {
    super("cannot " + verb + " workflow run " + id + ": it is " + state);
    this.state = state;
  }

  /** The state that the run was found in. */
  public RunState state() {
    return state;
  }
}
