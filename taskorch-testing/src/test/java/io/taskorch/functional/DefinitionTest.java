package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.Taskorch;
import io.taskorch.client.DefinitionSubmission;
import io.taskorch.client.RunSubmission;
import io.taskorch.store.DefinitionStore.Version;
import io.taskorch.store.Stores;
import io.taskorch.task.IdempotencyConflictException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.Handler;
import io.taskorch.workflow.DefinitionNotFoundException;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.Workflow;
import io.taskorch.workflow.WorkflowDefinition;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Stored definitions and the runs of them. */
@Timeout(60)
class DefinitionTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Json URL_NEEDED = Json.of("{\"required\":[\"url\"]}");

  @RegisterExtension final Stack stack = new Stack(2);

  private Taskorch taskorch;

  @BeforeEach
  void start() {
    taskorch = stack.started(Handler.of("echo", Json.class, (payload, task) -> payload));
  }

  private static WorkflowDefinition saying(String payload) {
    return new WorkflowDefinition(
        "pipeline",
        List.of(
            new Step(
                "say", TaskSpec.builder("echo").payload(Json.of(payload)).build(), List.of())));
  }

  private String said(Run run) {
    return String.valueOf(taskorch.client().get(run.steps().getFirst().taskId()).result());
  }

  @Test
  void aRunKeepsTheVersionItBeganWith() {
    assertThat(taskorch.workflows().define(saying("\"one ${input.url}\"")).definition().number())
        .isEqualTo(1);
    Run first = taskorch.workflows().start("pipeline", Map.of("url", "u")).await(SOON);
    DefinitionSubmission second = taskorch.workflows().define(saying("\"two\""));
    assertThat(second.created()).isTrue();
    assertThat(second.definition().number()).isEqualTo(2);
    Run later = taskorch.workflows().start("pipeline", null).await(SOON);
    Run old = taskorch.workflows().submit("pipeline", 1, Map.of("url", "v"), null).run();
    old = taskorch.workflows().await(old.id(), SOON);
    assertThat(List.of(first, later, old)).allMatch(run -> run.state() == RunState.SUCCEEDED);
    assertThat(List.of(first, later, old)).extracting(Run::version).containsExactly(1, 2, 1);
    assertThat(List.of(first, later, old)).extracting(Run::name).containsOnly("pipeline");
    assertThat(List.of(first, later, old))
        .extracting(this::said)
        .containsExactly("\"one u\"", "\"two\"", "\"one v\"");
    assertThat(taskorch.workflows().start(saying("\"own\""), null).await(SOON).version()).isNull();
  }

  @Test
  void aDefinitionThatMeansTheSameIsNoNewVersion() {
    taskorch.workflows().define(saying("{\"a\":1,\"b\":2}"), URL_NEEDED);
    DefinitionSubmission again =
        taskorch
            .workflows()
            .define(saying("{ \"b\": 2, \"a\": 1 }"), Json.of("{ \"required\" : [\"url\"] }"));
    assertThat(again.created()).isFalse();
    assertThat(again.definition().number()).isEqualTo(1);
    assertThat(taskorch.workflows().define(saying("{\"a\":1,\"b\":2}")).created()).isTrue();
    assertThat(taskorch.workflows().versions("pipeline", 10, null).versions())
        .extracting(Version::number)
        .containsExactly(2, 1);
    assertThat(taskorch.workflows().definition("pipeline", 1).inputSchema()).isEqualTo(URL_NEEDED);
    assertThat(taskorch.workflows().definition("pipeline").definition())
        .isEqualTo(saying("{\"a\":1,\"b\":2}"));
    assertThat(taskorch.workflows().definitions(10, null).versions())
        .extracting(Version::name)
        .containsExactly("pipeline");
  }

  @Test
  void anInputThatDoesNotFitStartsNothing() {
    taskorch.workflows().define(saying("1"), URL_NEEDED);
    assertThatThrownBy(() -> taskorch.workflows().submit("pipeline", null, Map.of(), "key"))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageContaining("/input");
    RunSubmission started =
        taskorch.workflows().submit("pipeline", null, Map.of("url", "u"), "key");
    assertThat(started.created()).isTrue();
  }

  @Test
  void aRunIsStartedOncePerKeyWhateverIsDefinedMeanwhile() {
    taskorch.workflows().define(saying("1"));
    RunSubmission first = taskorch.workflows().submit("pipeline", null, "in", "key");
    taskorch.workflows().define(saying("2"));
    RunSubmission again = taskorch.workflows().submit("pipeline", null, "in", "key");
    assertThat(again.created()).isFalse();
    assertThat(again.run().id()).isEqualTo(first.run().id());
    assertThat(again.run().version()).isEqualTo(1);
    assertThatThrownBy(() -> taskorch.workflows().submit("pipeline", null, "other", "key"))
        .isInstanceOf(IdempotencyConflictException.class);
    assertThatThrownBy(() -> taskorch.workflows().submit("pipeline", 1, "in", "key"))
        .isInstanceOf(IdempotencyConflictException.class);
  }

  @Test
  void whoeverGoesOnWithAReservationGoesOnWithItsVersion() {
    taskorch.workflows().define(saying("1"));
    Taskorch failing = stack.program(builder -> builder.decorate(DefinitionTest::withoutRuns));
    assertThatThrownBy(() -> failing.workflows().submit("pipeline", null, "in", "key"))
        .isInstanceOf(IllegalStateException.class);
    taskorch.workflows().define(saying("2"));
    RunSubmission again = taskorch.workflows().submit("pipeline", null, "in", "key");
    assertThat(again.created()).isTrue();
    assertThat(again.run().version()).isEqualTo(1);
    assertThat(said(taskorch.workflows().await(again.run().id(), SOON))).isEqualTo("1");
  }

  /** A store that runs cannot be begun in. */
  private static Stores withoutRuns(Stores stores) {
    return (Stores)
        Proxy.newProxyInstance(
            Stores.class.getClassLoader(),
            new Class<?>[] {Stores.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("runs")) {
                throw new IllegalStateException("no runs");
              }
              return method.invoke(stores, arguments);
            });
  }

  @Test
  void whatIsNotThereIsSaidToBeSo() {
    assertThatThrownBy(() -> taskorch.workflows().start("nothing", null))
        .isInstanceOf(DefinitionNotFoundException.class);
    assertThatThrownBy(() -> taskorch.workflows().versions("nothing", 10, null))
        .isInstanceOf(DefinitionNotFoundException.class);
    taskorch.workflows().define(saying("1"));
    assertThatThrownBy(() -> taskorch.workflows().submit("pipeline", 2, null, null))
        .isInstanceOf(DefinitionNotFoundException.class);
  }

  static final class Greetings {
    private final String word;

    Greetings(String word) {
      this.word = word;
    }

    @Workflow("greeting")
    WorkflowDefinition greeting() {
      return WorkflowDefinition.of(
          "greeting", Step.task("say", "echo", word + " " + Ref.input("name")));
    }
  }

  @Test
  void whatAMethodReturnsIsStoredAtTheStartWhenItHasChanged() {
    stack.started(new Greetings("hello"));
    stack.started(new Greetings("hello"));
    assertThat(taskorch.workflows().versions("greeting", 10, null).versions()).hasSize(1);
    Run run = taskorch.workflows().start("greeting", Map.of("name", "you")).await(SOON);
    assertThat(said(run)).isEqualTo("\"hello you\"");
    stack.started(new Greetings("good day"));
    assertThat(taskorch.workflows().definition("greeting").number()).isEqualTo(2);
  }
}
