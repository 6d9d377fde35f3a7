package io.taskorch.worker.app;

import io.taskorch.micronaut.Launcher;
import io.taskorch.micronaut.config.App;

/**
 * The worker as a process of its own. It runs the {@link io.taskorch.worker.TaskHandler} methods of
 * the beans on its class path; over HTTP it tells its health and metrics, and nothing else.
 */
public final class WorkerApplication {

  private WorkerApplication() {}

  /**
   * @param args nothing, or {@code --config FILE}
   */
  public static void main(String[] args) {
    Launcher.main(App.WORKER, args);
  }
}
