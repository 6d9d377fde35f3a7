package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import io.taskorch.task.Violations;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractListAssert;
import org.assertj.core.api.ObjectAssert;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;

class WorkflowDefinitionTest {

  @Test
  void aPipelineIsValid() {
    WorkflowDefinition definition =
        new WorkflowDefinition(
            "images",
            List.of(
                step("download", "{\"url\":\"${input.url}\"}"),
                step("resize", "{\"file\":\"${steps.download.result.file}\"}", "download"),
                step("upload", "\"${steps.resize.result}\"", "resize", "download")));
    assertThat(definition.steps()).hasSize(3);
  }

  @Test
  void everythingThatIsWrongIsNamedAtOnce() {
    refused(
            "not a name",
            List.of(
                step("a"),
                step("a"),
                step(""),
                step("b", "c"),
                step("d", "a", "b", "a"),
                step("e", "\"${steps.nowhere.result}\""),
                step("f", "[0, {\"x/y\": \"${inputs}\"}]")))
        .containsExactlyInAnyOrder(
            tuple("/name", "invalid-name"),
            tuple("/steps/1/name", "duplicate-step"),
            tuple("/steps/2/name", "invalid-name"),
            tuple("/steps/3/dependencies/0", "unknown-step"),
            tuple("/steps/4/dependencies/2", "duplicate-step"),
            tuple("/steps/5/payload", "unknown-step"),
            tuple("/steps/6/payload/1/x~1y", "invalid-reference"));
  }

  @Test
  void noStepsAndTooManyAreOutOfRange() {
    refused("empty", List.of()).containsExactly(tuple("/steps", "out-of-range"));
    refused("large", numbered(WorkflowDefinition.MOST_STEPS + 1))
        .containsExactly(tuple("/steps", "out-of-range"));
    assertThat(new WorkflowDefinition("full", numbered(WorkflowDefinition.MOST_STEPS)).steps())
        .hasSize(10_000);
  }

  @Test
  void tooManyDependenciesInAllAreOutOfRange() {
    List<Step> steps = new ArrayList<>(numbered(500));
    String[] all = steps.stream().map(Step::name).toArray(String[]::new);
    IntStream.range(0, 100).forEach(i -> steps.add(step("join" + i, all)));
    assertThat(new WorkflowDefinition("full", steps).steps()).hasSize(600);

    steps.add(step("last", "s0"));
    refused("large", steps).containsExactly(tuple("/steps", "out-of-range"));
  }

  @Test
  void aPayloadMayReferToWhatIsUpstreamThroughOthersOnly() {
    List<Step> before = List.of(step("a"), step("b", "a"), step("side"));
    assertThat(
            new WorkflowDefinition("ok", with(before, step("c", "\"${steps.a.result}\"", "b")))
                .steps())
        .hasSize(4);
    refused("sideways", with(before, step("c", "{\"x\":\"${steps.side.result}\"}", "b")))
        .containsExactly(tuple("/steps/3/payload/x", "not-upstream"));
    refused("itself", with(before, step("c", "{\"x\":\"${steps.c.result}\"}", "b")))
        .containsExactly(tuple("/steps/3/payload/x", "not-upstream"));
    refused("downstream", List.of(step("a", "[\"${steps.b.result}\"]"), step("b", "a")))
        .containsExactly(tuple("/steps/0/payload/0", "not-upstream"));
  }

  @Test
  void whatIsWrongNeverRepeatsTheInput() {
    List<Step> steps =
        List.of(
            step("<script>", "<script>"),
            step("b", "\"${steps.<script>x.result} ${<script>}\"", "<script> "));
    assertThat(violations("<script>", steps))
        .hasSize(6)
        .allSatisfy(violation -> assertThat(violation.toString()).doesNotContain("<script>"));
  }

  @Test
  void aHundredThingsThatAreWrongAreEnough() {
    String payload = "[" + "\"${x}\",".repeat(10_000) + "0]";
    List<Step> steps =
        IntStream.range(0, 10_000)
            .mapToObj(i -> i < 50 ? step("s" + i, payload) : step("s" + i, "x", "y"))
            .toList();
    assertThat(violations("hostile", steps)).hasSize(Violations.MOST);
  }

  @Test
  void aVeryLongPointerIsCutToThePayload() {
    String deep = "{\"" + "k".repeat(300) + "\":\"${x}\"}";
    refused("long", List.of(step("a", deep)))
        .containsExactly(tuple("/steps/0/payload", "invalid-reference"));
  }

  private static AbstractListAssert<?, List<? extends Tuple>, Tuple, ObjectAssert<Tuple>> refused(
      String name, List<Step> steps) {
    return assertThat(violations(name, steps)).extracting(Violation::pointer, Violation::code);
  }

  private static List<Violation> violations(String name, List<Step> steps) {
    return catchThrowableOfType(
            InvalidTaskException.class, () -> new WorkflowDefinition(name, steps))
        .violations();
  }

  private static List<Step> numbered(int size) {
    return IntStream.range(0, size).mapToObj(i -> step("s" + i)).toList();
  }

  private static List<Step> with(List<Step> steps, Step last) {
    List<Step> all = new ArrayList<>(steps);
    all.add(last);
    return all;
  }

  /** A payload begins with a bracket or a quote; other words are dependencies. */
  private static Step step(String name, String... words) {
    TaskSpec.Builder task = TaskSpec.builder("work");
    List<String> dependencies = new ArrayList<>();
    for (String word : words) {
      if (word.startsWith("{") || word.startsWith("[") || word.startsWith("\"")) {
        task.payload(Json.of(word));
      } else {
        dependencies.add(word);
      }
    }
    return new Step(name, task.build(), dependencies);
  }
}
