package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.taskorch.json.PayloadCodec;
import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkflowTrialTest {

  private static final WorkflowDefinition RELEASE =
      WorkflowDefinition.of(
          "release",
          Step.task("build", "compile", Map.of("commit", Ref.input("commit"))),
          Step.task("test", "run_tests", List.of(Ref.item(), Ref.result("build", "jar")))
              .after("build")
              .forEach(Ref.input("shards")),
          Step.approval("ok").after("test").timeout(Duration.ofHours(4)),
          Step.waitFor("quiet", Duration.ofHours(1)).after("ok"),
          Step.signal("go", "green").after("quiet"),
          Step.task("deploy", "deploy", Map.of("jar", Ref.result("build", "jar")))
              .queue("production")
              .after("go"));

  private static WorkflowTrial release() {
    return WorkflowTrial.of(RELEASE)
        .input(Map.of("commit", "4f2a", "shards", List.of(1, 2)))
        .result("build", Map.of("jar", "app.jar"));
  }

  @Test
  void runsToItsEndInNoTime() {
    EndedTrial run = release().approve("ok").signal("green", Map.of("by", "ann")).run();
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(run.states().values()).containsOnly(TaskState.SUCCEEDED);
    assertThat(run.order()).containsExactly("build", "test", "test", "deploy");
    assertThat(run.payload("build")).hasToString("{\"commit\":\"4f2a\"}");
    assertThat(run.payloads("test"))
        .extracting(Json::toString)
        .containsExactly("[1,\"app.jar\"]", "[2,\"app.jar\"]");
    assertThat(run.payload("deploy")).hasToString("{\"jar\":\"app.jar\"}");
    assertThat(run.result("test")).hasToString("[null,null]");
    assertThat(run.result("go")).hasToString("{\"by\":\"ann\"}");
    assertThat(run.took()).isBetween(Duration.ofHours(1), Duration.ofMinutes(61));
  }

  @Test
  void anApprovalThatNobodyGivesTimesOut() {
    EndedTrial run = release().run();
    assertThat(run.state()).isEqualTo(RunState.FAILED);
    assertThat(run.reason("ok")).isEqualTo(Reason.TIMED_OUT);
    assertThat(run.state("deploy")).isEqualTo(TaskState.CANCELLED);
    assertThat(run.took()).isBetween(Duration.ofHours(4), Duration.ofMinutes(241));
  }

  @Test
  void anApprovalMayBeRefused() {
    assertThat(release().reject("ok").run().reason("ok")).isEqualTo(Reason.REJECTED);
  }

  @Test
  void whatNobodyTellsOfIsNamed() {
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> release().approve("ok").run())
        .withMessageContaining("go (signal:green)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> release().result("bild", 1).run())
        .withMessage("no step bild");
  }

  @Test
  void failuresGoThroughTheRetryPolicy() {
    EndedTrial spent = release().fails("build", "no compiler").run();
    assertThat(spent.state()).isEqualTo(RunState.FAILED);
    assertThat(spent.order()).containsExactly("build", "build", "build");
    assertThat(spent.error("build").message()).isEqualTo("no compiler");
    EndedTrial mended =
        WorkflowTrial.of(WorkflowDefinition.of("w", Step.task("a", "t")))
            .fails("a", 2, "not yet")
            .result("a", "done")
            .run();
    assertThat(mended.result("a")).hasToString("\"done\"");
    assertThat(mended.order()).hasSize(3);
  }

  @Test
  void answersMayDependOnThePayload() {
    EndedTrial run =
        WorkflowTrial.of(
                WorkflowDefinition.of(
                    "w",
                    Step.task("each", "t", Ref.item())
                        .forEach(Ref.input())
                        .onFailure(OnFailure.CONTINUE)))
            .input(List.of(1, 2))
            .answer("each", payload -> payload + "!")
            .run();
    assertThat(run.result("each")).hasToString("[\"1!\",\"2!\"]");
  }

  @Test
  void whatSucceededIsUndone() {
    WorkflowDefinition trip =
        WorkflowDefinition.of(
            "trip",
            Step.task("flight", "book", "f").compensateWith("cancel"),
            Step.task("hotel", "book", "h").after("flight").compensateWith("cancel"),
            Step.task("car", "book", "c").after("hotel").compensateWith("cancel"));
    EndedTrial run = WorkflowTrial.of(trip).result("flight", 17).fails("car", "none left").run();
    assertThat(run.state()).isEqualTo(RunState.COMPENSATED);
    assertThat(run.undone()).containsExactly("hotel", "flight");
    assertThat(run.payloadOfUndoing("flight")).hasToString("{\"input\":\"f\",\"result\":17}");
    EndedTrial stuck =
        WorkflowTrial.of(trip).fails("car", "none left").failsToUndo("hotel", "closed").run();
    assertThat(stuck.state()).isEqualTo(RunState.FAILED);
  }

  @Test
  void workflowsInWorkflowsAreTried() {
    WorkflowDefinition outer =
        WorkflowDefinition.of(
            "outer",
            Step.workflow("sub", "inner", Map.of("n", Ref.input())),
            Step.task("after", "t", Ref.result("sub", "say")).after("sub"));
    EndedTrial run =
        WorkflowTrial.of(outer)
            .stored(
                WorkflowDefinition.of(
                    "inner",
                    Step.approval("ok"),
                    Step.task("say", "t", Ref.input("n")).after("ok")))
            .input(5)
            .approve("sub/ok")
            .answer("sub/say", payload -> Json.of("[" + payload + "]"))
            .run();
    assertThat(run.order()).containsExactly("sub/say", "after");
    assertThat(run.payload("after")).hasToString("[5]");
    assertThat(run.state("sub/ok")).isEqualTo(TaskState.SUCCEEDED);
  }

  @Test
  void conditionsSeeWhatWasTold() {
    WorkflowDefinition either =
        WorkflowDefinition.of(
            "either",
            Step.task("look", "t"),
            Step.task("large", "t").after("look").when("steps.look.result > 10"),
            Step.task("small", "t").after("look").when("steps.look.result <= 10"));
    assertThat(WorkflowTrial.of(either).result("look", 11).run().states())
        .containsEntry("large", TaskState.SUCCEEDED)
        .containsEntry("small", TaskState.SKIPPED);
  }

  @Test
  void itBeginsWhenItIsTold() {
    Instant begin = Instant.parse("2031-05-01T20:00:00Z");
    EndedTrial run =
        WorkflowTrial.of(
                WorkflowDefinition.of("w", Step.waitUntil("night", begin.plusSeconds(7200))))
            .at(begin)
            .run();
    assertThat(run.run().createdAt()).isEqualTo(begin);
    assertThat(run.took()).isEqualTo(Duration.ofHours(2));
  }

  /** As a program writes it that brings its own mapper. */
  record Jar(String fileName) {}

  @Test
  void whatIsToldIsWrittenByTheProgramsOwnMapper() {
    ObjectMapper mapper =
        PayloadCodec.defaultMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    EndedTrial run =
        WorkflowTrial.of(
                WorkflowDefinition.of(
                    "w",
                    Step.signal("go", "green"),
                    Step.task("build", "t", Ref.input("file_name")).after("go")))
            .objectMapper(mapper)
            .input(new Jar("in.jar"))
            .signal("green", new Jar("go.jar"))
            .result("build", new Jar("out.jar"))
            .run();
    assertThat(run.payload("build")).hasToString("\"in.jar\"");
    assertThat(run.result("go")).hasToString("{\"file_name\":\"go.jar\"}");
    assertThat(run.result("build")).hasToString("{\"file_name\":\"out.jar\"}");
  }
}
