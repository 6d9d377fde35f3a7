package io.taskorch.task;

/** A batch takes no more tasks: it has ended or been cancelled. None of them was stored. */
public class BatchClosedException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public BatchClosedException(String batchId) {
    super("batch " + batchId + " takes no more tasks: it has ended, been cancelled or deleted");
  }
}
