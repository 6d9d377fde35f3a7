package io.taskorch.task;

/** The state machine has no such move from the task's state; nothing was written. */
public class IllegalMoveException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final transient TaskState state;

  public IllegalMoveException(String verb, String id, TaskState state) {
    super("cannot " + verb + " task " + id + ": it is " + state);
    this.state = state;
  }

  public IllegalMoveException(String verb, String id, TaskState state, String because) {
    super("cannot " + verb + " task " + id + ": " + because);
    this.state = state;
  }

  /** The state that the task was found in. */
  public TaskState state() {
    return state;
  }
}
