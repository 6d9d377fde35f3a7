package io.taskorch.worker.app;

import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.Workflow;
import io.taskorch.workflow.WorkflowDefinition;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;

/** Handlers as a user writes them: a bean with methods, of any visibility. */
@Singleton
class SampleTasks {

  record Name(String name) {}

  @TaskHandler("greet")
  String greet(Name payload) {
    return "hello " + payload.name();
  }

  @TaskHandler(value = "sleep", queue = "naps", timeout = "1m")
  void sleep(TaskContext task) throws InterruptedException {
    task.progress(1, "asleep");
    Thread.sleep(Duration.ofSeconds(30));
  }

  @Workflow("greetings")
  WorkflowDefinition greetings() {
    return WorkflowDefinition.of(
        "greetings",
        Step.task("each", "greet", Map.of("name", Ref.item())).forEach(Ref.input("names")));
  }
}
