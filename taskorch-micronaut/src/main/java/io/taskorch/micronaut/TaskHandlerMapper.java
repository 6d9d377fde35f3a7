package io.taskorch.micronaut;

/** Finds the methods with {@link io.taskorch.worker.TaskHandler}. */
public final class TaskHandlerMapper extends DiscoveryMapper {

  public TaskHandlerMapper() {
    super("io.taskorch.worker.TaskHandler");
  }
}
