package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.DefinitionDiff.ChangedStep;
import io.taskorch.workflow.DefinitionDiff.Edge;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DefinitionDiffTest {

  private static Step step(String name, String payload, String... dependencies) {
    return new Step(
        name, TaskSpec.builder("t").payload(Json.of(payload)).build(), List.of(dependencies));
  }

  private static DefinitionVersion version(String schema, Step... steps) {
    return new DefinitionVersion(
        new WorkflowDefinition("w", List.of(steps)),
        1,
        schema == null ? null : Json.of(schema),
        Instant.EPOCH);
  }

  @Test
  void tellsStepsFieldsAndEdges() {
    DefinitionVersion from =
        version("{}", step("a", "1"), step("b", "1", "a"), step("c", "1", "a", "b"));
    DefinitionVersion to =
        version(
            "{\"type\":\"object\"}",
            step("d", "1"),
            new Step(
                "a",
                TaskSpec.builder("other")
                    .payload(Json.of("1"))
                    .timeout(Duration.ofSeconds(1))
                    .build(),
                List.of()),
            step("c", "2", "a", "d"));
    assertThat(DefinitionDiff.of(from, to))
        .isEqualTo(
            new DefinitionDiff(
                List.of("d"),
                List.of("b"),
                List.of(
                    new ChangedStep("a", List.of("task_type", "timeout")),
                    new ChangedStep("c", List.of("payload"))),
                List.of(new Edge("d", "c")),
                List.of(new Edge("a", "b"), new Edge("b", "c")),
                true));
  }

  @Test
  void whatMeansTheSameIsTheSame() {
    DefinitionVersion from =
        version(
            null, step("a", "1"), step("b", "{\"x\":1,\"y\":2}", "a"), step("c", "1", "a", "b"));
    DefinitionVersion to =
        version(
            null,
            step("a", "1"),
            step("c", "1", "b", "a"),
            step("b", "{ \"y\": 2, \"x\": 1}", "a"));
    assertThat(DefinitionDiff.of(from, to))
        .isEqualTo(
            new DefinitionDiff(List.of(), List.of(), List.of(), List.of(), List.of(), false));
  }
}
