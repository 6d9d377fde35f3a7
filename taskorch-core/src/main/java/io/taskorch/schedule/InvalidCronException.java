package io.taskorch.schedule;

import io.taskorch.task.TaskorchException;

/** A text is no cron expression, or one that never fires. */
public class InvalidCronException extends TaskorchException {
  private static final long serialVersionUID = 1L;

  private final String code;

  InvalidCronException(String code, String detail) {
    super(detail);
    this.code = code;
  }

  /** {@code invalid-cron} or {@code cron-never-fires}. */
  public String code() {
    return code;
  }
}
