package io.taskorch.task;

/** As many tasks of a group wait in a queue as may; the task was not stored. */
public final class GroupFullException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public GroupFullException(String queue, String group) {
    super("as many tasks of group " + group + " wait in queue " + queue + " as may at a time");
  }
}
