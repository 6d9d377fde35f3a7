package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Steps as they are written in Java. */
class StepTest {

  record Compile(String source, List<String> flags) {}

  private static Json document(WorkflowDefinition definition) {
    return DefinitionJson.steps(definition);
  }

  @Test
  void everyKindHasAWayOfItsOwn() {
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            "deploy",
            Step.task("build", "compile", new Compile(Ref.input("source"), List.of("-O2")))
                .timeout(Duration.ofMinutes(5))
                .queue("builds")
                .priority(Priority.HIGH),
            Step.task("test", "run_tests", List.of(Ref.item(), Ref.index()))
                .after("build")
                .forEach(Ref.result("build", "shards"))
                .maxParallel(4)
                .onFailure(OnFailure.CONTINUE),
            Step.waitFor("pause", Duration.ofMinutes(1)).after("test"),
            Step.waitUntil("night", Instant.parse("2030-01-01T00:00:00Z")).after("test"),
            Step.signal("go").after("test").timeout(Duration.ofHours(1)),
            Step.signal("stop", "halt"),
            Step.approval("ok").after("go", "pause", "night").join(Join.ALL_FINISHED),
            Step.workflow("sub", "roll-out", Map.of("file", Ref.result("build", "file")))
                .after("ok"),
            Step.workflow("bare", "roll-back").when("input.back"),
            Step.task("done", "notify").after("sub").compensateWith("apologise"));
    assertThat(document(definition))
        .hasToString(
            ("[{\"name\":\"build\",\"task_type\":\"compile\","
                 + "\"payload\":{\"source\":\"${input.source}\",\"flags\":[\"-O2\"]},"
                 + "\"queue\":\"builds\",\"priority\":\"high\",\"timeout\":\"5m\"},"
                 + "{\"name\":\"test\",\"task_type\":\"run_tests\",\"payload\":[\"${item}\",\"${index}\"],PLAIN,"
                 + "\"dependencies\":[\"build\"],\"for_each\":\"${steps.build.result.shards}\","
                 + "\"max_parallel\":4,\"on_failure\":\"continue\"},"
                 + "{\"name\":\"pause\",PLAIN,\"delay\":\"1m\",\"kind\":\"wait\",\"dependencies\":[\"test\"]},"
                 + "{\"name\":\"night\",PLAIN,\"until\":\"2030-01-01T00:00:00Z\","
                 + "\"kind\":\"wait\",\"dependencies\":[\"test\"]},"
                 + "{\"name\":\"go\",PLAIN,\"timeout\":\"1h\",\"kind\":\"signal\","
                 + "\"dependencies\":[\"test\"],\"signal\":\"go\"},"
                 + "{\"name\":\"stop\",PLAIN,\"kind\":\"signal\",\"signal\":\"halt\"},"
                 + "{\"name\":\"ok\",PLAIN,\"kind\":\"approval\","
                 + "\"dependencies\":[\"go\",\"pause\",\"night\"],\"join\":\"all_finished\"},"
                 + "{\"name\":\"sub\",PLAIN,\"input\":{\"file\":\"${steps.build.result.file}\"},"
                 + "\"kind\":\"workflow\",\"dependencies\":[\"ok\"],\"workflow\":\"roll-out\"},"
                 + "{\"name\":\"bare\",PLAIN,\"input\":null,\"kind\":\"workflow\","
                 + "\"when\":\"input.back\",\"workflow\":\"roll-back\"},"
                 + "{\"name\":\"done\",\"task_type\":\"notify\",\"payload\":null,PLAIN,"
                 + "\"dependencies\":[\"sub\"],\"compensate_with\":\"apologise\"}]")
                .replace("PLAIN", "\"queue\":\"default\",\"priority\":\"normal\""));
  }

  @Test
  void anythingThatIsWrongIsToldWithItsStep() {
    InvalidTaskException refusal =
        catchThrowableOfType(
            InvalidTaskException.class,
            () ->
                WorkflowDefinition.of(
                    "w",
                    Step.task("a", "not a type"),
                    Step.approval("b").forEach(Ref.input()).timeout(Duration.ZERO)));
    assertThat(refusal.violations())
        .extracting(Violation::pointer, Violation::code)
        .containsExactly(
            tuple("/steps/0/type", "invalid-name"), tuple("/steps/1/timeout", "out-of-range"));
    Map<String, Object> unwritable = new HashMap<>();
    unwritable.put("itself", unwritable);
    assertThatThrownBy(() -> Step.task("a", "t", unwritable))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aTaskOfItsOwnIsTakenWhole() {
    TaskSpec task = TaskSpec.builder("t").tags(List.of("x")).retention(Duration.ofDays(1)).build();
    assertThat(Step.task("a", task).build()).isEqualTo(new Step("a", task, List.of()));
    assertThat(Step.task("a", task).timeout(Duration.ofSeconds(1)).build().task())
        .isEqualTo(task.toBuilder().timeout(Duration.ofSeconds(1)).build());
  }

  @Test
  void referencesAreThoseThatPayloadsKnow() {
    assertThat(Ref.input()).isEqualTo("${input}");
    assertThat(Ref.input("a", "0", "b")).isEqualTo("${input.a.0.b}");
    assertThat(Ref.result("s")).isEqualTo("${steps.s.result}");
    assertThat(Ref.result("s", "a", "b")).isEqualTo("${steps.s.result.a.b}");
    assertThat(Ref.item("a")).isEqualTo("${item.a}");
    assertThat(Ref.index()).isEqualTo("${index}");
  }
}
