package io.taskorch.schedule;

import io.taskorch.task.TaskorchException;

/** A schedule is declared in settings or code, and is changed there; nothing was written. */
public class DeclaredScheduleException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  public DeclaredScheduleException(String name, String declaredBy) {
    super("schedule " + name + " is declared by " + declaredBy + ", and is changed there");
  }
}
