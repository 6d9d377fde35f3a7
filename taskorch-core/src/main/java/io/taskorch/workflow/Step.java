package io.taskorch.workflow;

import io.taskorch.task.TaskSpec;
import java.util.List;

/**
 * A node of a workflow: a task and the steps that must succeed before it.
 *
 * @param name a name, unique in its workflow
 * @param task its payload may refer to the run's input and to upstream results
 * @param dependencies names of steps, each once
 */
public record Step(String name, TaskSpec task, List<String> dependencies) {
  public Step {
    dependencies = List.copyOf(dependencies);
  }
}
