package io.taskorch.scheduler;

import io.taskorch.micronaut.Launcher;
import io.taskorch.micronaut.config.App;

/** The scheduler as a process of its own: the moves that time makes, for all queues. */
public final class SchedulerApplication {

  private SchedulerApplication() {}

  /**
   * @param args nothing, or {@code --config FILE}
   */
  public static void main(String[] args) {
    Launcher.main(App.SCHEDULER, args);
  }
}
