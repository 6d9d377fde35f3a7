package io.taskorch.task;

/** The lease is no longer held: nothing was written, and somebody else may run the task. */
public class LeaseLostException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public LeaseLostException(String leaseId) {
    super("the lease " + leaseId + " is no longer held");
  }
}
