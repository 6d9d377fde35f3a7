package io.taskorch.batch;

import io.taskorch.task.TaskorchException;

/** A batch cannot make this move from its state; nothing was written. */
public class IllegalBatchMoveException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final transient BatchState state;

  public IllegalBatchMoveException(String verb, String id, BatchState state) {
    super("cannot " + verb + " batch " + id + ": it is " + state);
    this.state = state;
  }

  /** The state that the batch was found in. */
  public BatchState state() {
    return state;
  }
}
