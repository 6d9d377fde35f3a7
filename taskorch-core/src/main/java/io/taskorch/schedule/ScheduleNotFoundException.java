package io.taskorch.schedule;

import io.taskorch.task.TaskorchException;

/** No such schedule is stored (any more). */
public class ScheduleNotFoundException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public ScheduleNotFoundException(String name) {
    super("no schedule " + name);
  }
}
