package io.taskorch.worker.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.taskorch.Taskorch;
import io.taskorch.client.TaskClient;
import io.taskorch.client.WorkflowClient;
import io.taskorch.testing.TestRedis;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The integration in an application that is none of ours. */
class OtherApplicationTest {

  private final Map<String, Object> settings =
      Map.of(
          "taskorch.redis.addr",
          TestRedis.uri().toString(),
          "taskorch.redis.namespace",
          "other-" + UUID.randomUUID(),
          "taskorch.worker.concurrency",
          3);

  @Test
  void itsBeansHandleTasksFromTheStartOn() {
    try (ApplicationContext context = ApplicationContext.run(settings)) {
      assertThat(
              context
                  .getBean(TaskClient.class)
                  .enqueue("greet", Map.of("name", "you"), String.class)
                  .await(Duration.ofSeconds(20)))
          .isEqualTo("hello you");
      Taskorch taskorch = context.getBean(Taskorch.class);
      assertThat(taskorch.worker().orElseThrow().slots()).isEqualTo(3);
      assertThat(taskorch.upkeep()).isPresent();
    }
  }

  @Test
  void itsBeansDeclareWorkflows() {
    try (ApplicationContext context = ApplicationContext.run(settings)) {
      assertThat(
              context
                  .getBean(WorkflowClient.class)
                  .start("greetings", Map.of("names", List.of("you", "me")))
                  .await(Duration.ofSeconds(20))
                  .state())
          .isEqualTo(RunState.SUCCEEDED);
    }
  }

  @Test
  void itsSettingsAreCheckedAsStrictly() {
    assertThatThrownBy(
            () ->
                ApplicationContext.run(
                    Map.of("taskorch.worker.concurrency", "many", "taskorch.redis.db", "x")))
        .rootCause()
        .hasMessageContaining("worker.concurrency is not a whole number")
        .hasMessageContaining("redis.db is not a whole number");
  }
}
