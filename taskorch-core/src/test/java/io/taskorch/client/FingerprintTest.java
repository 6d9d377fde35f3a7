package io.taskorch.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  private static TaskSpec.Builder task() {
    return TaskSpec.builder("t").payload(Json.of("{\"a\":1}"));
  }

  @Test
  void everyFieldCounts() {
    List<TaskSpec> different =
        Stream.of(
                task(),
                TaskSpec.builder("other").payload(Json.of("{\"a\":1}")),
                task().payload(Json.of("{\"a\":2}")),
                task().payload(Json.of("{\"a\":\"1\"}")),
                task().payload(Json.of("{\"a\":1.0}")),
                task().queue("q"),
                task().priority(Priority.HIGH),
                task().retryPolicy(RetryPolicy.DEFAULT),
                task().retryPolicy(RetryPolicy.DEFAULT.withMaxAttempts(9)),
                task().delay(Duration.ofSeconds(1)),
                task().runAt(Instant.EPOCH),
                task().startBefore(Instant.EPOCH),
                task().timeout(Duration.ofSeconds(1)),
                task().retention(Duration.ofSeconds(1)),
                task().tags(List.of("a", "b")),
                task().tags(List.of("b", "a")),
                task().tags(List.of("ab")),
                task().metadata(Map.of("a", "b")),
                task().metadata(Map.of("a", "b", "c", "d")))
            .map(TaskSpec.Builder::build)
            .toList();
    Set<String> fingerprints = new HashSet<>();
    different.forEach(spec -> assertThat(fingerprints.add(Fingerprint.of(spec))).isTrue());
    assertThat(fingerprints).allMatch(text -> text.matches("[0-9a-f]{64}"));
  }

  @Test
  void theSpellingDoesNot() {
    assertThat(
            Fingerprint.of(
                task().payload(Json.of("{ \"b\" : [1, {\"d\":4,\"c\":3}], \"a\":2.50 }")).build()))
        .isEqualTo(
            Fingerprint.of(
                task().payload(Json.of("{\"a\":2.50,\"b\":[1,{\"c\":3,\"d\":4}]}")).build()));
    assertThat(Fingerprint.of(task().metadata(Map.of("a", "1", "b", "2")).build()))
        .isEqualTo(Fingerprint.of(task().metadata(Map.of("b", "2", "a", "1")).build()));
    assertThat(Fingerprint.of(task().idempotencyKey("k").build()))
        .isEqualTo(Fingerprint.of(task().build()));
  }

  @Test
  void numbersOfAnyLengthCountInFull() {
    String digits = "1".repeat(400);
    assertThat(Fingerprint.of(task().payload(Json.of(digits + "1")).build()))
        .isNotEqualTo(Fingerprint.of(task().payload(Json.of(digits + "2")).build()));
  }

  @Test
  void aWorkflowIsItsStepsAndItsInput() {
    Step first = new Step("a", task().build(), List.of());
    Step second = new Step("b", task().build(), List.of("a"));
    WorkflowDefinition both = new WorkflowDefinition("w", List.of(first, second));
    Set<String> different =
        Set.of(
            Fingerprint.of(both, Json.NULL),
            Fingerprint.of(both, Json.of("1")),
            Fingerprint.of(new WorkflowDefinition("v", List.of(first, second)), Json.NULL),
            Fingerprint.of(new WorkflowDefinition("w", List.of(first)), Json.NULL),
            Fingerprint.of(
                new WorkflowDefinition(
                    "w", List.of(first, new Step("b", task().build(), List.of()))),
                Json.NULL),
            Fingerprint.of(task().build()));
    assertThat(different).hasSize(6);
  }
}
