package io.taskorch.task;

/** No such task is stored (any more). */
public class TaskNotFoundException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public TaskNotFoundException(String id) {
    super("no task " + id);
  }
}
