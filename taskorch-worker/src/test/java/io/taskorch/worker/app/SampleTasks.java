package io.taskorch.worker.app;

import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import jakarta.inject.Singleton;
import java.time.Duration;

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
}
