package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.task.Backoff;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefinitionJsonTest {

  private static final Step FULL =
      new Step(
          "full",
          TaskSpec.builder("resize")
              .payload(Json.of("{\"a\": [1.10, 1e5 ],\"b\":\"${steps.plain.result}\\u00e9\"}"))
              .queue("images")
              .priority(Priority.HIGH)
              .retryPolicy(
                  new RetryPolicy(
                      7, Duration.ofMillis(1500), Backoff.LINEAR, 3, Duration.ofHours(2), 0.5))
              .delay(Duration.ofNanos(1_500_000))
              .startBefore(Instant.parse("2030-01-02T03:04:05.678Z"))
              .timeout(Duration.ofMinutes(5))
              .tags(List.of("x", "y"))
              .metadata(Map.of("k", "v\n\"é🙂"))
              .retention(Duration.ofDays(3))
              .build(),
          List.of("plain"));
  private static final Step PLAIN = new Step("plain", TaskSpec.of("t"), List.of());
  private static final WorkflowDefinition DEFINITION =
      new WorkflowDefinition("pipeline", List.of(FULL, PLAIN));

  @Test
  void everyFieldComesBackAsItWas() {
    Json schema = Json.of("{ \"type\" : \"object\" }");
    DefinitionJson.Content content = DefinitionJson.read(DefinitionJson.write(DEFINITION, schema));
    assertThat(content.definition()).isEqualTo(DEFINITION);
    assertThat(content.inputSchema()).isEqualTo(schema);
    assertThat(DefinitionJson.read(DefinitionJson.write(DEFINITION, null)))
        .isEqualTo(new DefinitionJson.Content(DEFINITION, null));
  }

  @Test
  void theDocumentHasTheShapeOfASubmission() {
    WorkflowDefinition definition =
        new WorkflowDefinition(
            "w",
            List.of(
                PLAIN,
                new Step(
                    "b",
                    TaskSpec.builder("t")
                        .payload(Json.of("{\"x\": 1.10}"))
                        .timeout(Duration.ofSeconds(90))
                        .retryPolicy(RetryPolicy.DEFAULT)
                        .build(),
                    List.of("plain"))));
    assertThat(DefinitionJson.write(definition, null))
        .hasToString(
            "{\"name\":\"w\",\"steps\":["
                + "{\"name\":\"plain\",\"task_type\":\"t\",\"payload\":null,\"queue\":\"default\","
                + "\"priority\":\"normal\"},"
                + "{\"name\":\"b\",\"task_type\":\"t\",\"payload\":{\"x\": 1.10},"
                + "\"queue\":\"default\",\"priority\":\"normal\",\"retry_policy\":"
                + "{\"max_attempts\":3,\"delay\":\"1s\",\"backoff\":\"exponential\","
                + "\"multiplier\":2.0,\"max_delay\":\"1m\",\"jitter\":0.2},\"timeout\":\"90s\","
                + "\"dependencies\":[\"plain\"]}]}");
  }

  @Test
  void whatALaterVersionHasWrittenIsPassedOver() {
    assertThat(
            DefinitionJson.read(
                    Json.of(
                        "{\"name\":\"w\",\"colour\":{\"a\":[1]},\"steps\":[{\"name\":\"a\","
                            + "\"task_type\":\"t\",\"payload\":null,\"queue\":\"default\","
                            + "\"priority\":\"normal\",\"shape\":{\"round\":true}}]}"))
                .definition()
                .steps())
        .containsExactly(new Step("a", TaskSpec.of("t"), List.of()));
  }

  @Test
  void whatIsNoDefinitionIsRefused() {
    assertThatThrownBy(() -> DefinitionJson.read(Json.of("{\"name\":\"w\",\"steps\":[")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> DefinitionJson.read(Json.of("{\"name\":\"w\"}")))
        .isInstanceOf(InvalidTaskException.class);
  }
}
