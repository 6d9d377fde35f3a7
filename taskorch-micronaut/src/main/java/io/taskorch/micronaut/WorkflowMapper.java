package io.taskorch.micronaut;

/** Finds the methods with {@link io.taskorch.workflow.Workflow}. */
public final class WorkflowMapper extends DiscoveryMapper {

  public WorkflowMapper() {
    super("io.taskorch.workflow.Workflow");
  }
}
