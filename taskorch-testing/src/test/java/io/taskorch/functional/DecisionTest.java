package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.RunHandle;
import io.taskorch.client.WorkflowClient;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violation;
import io.taskorch.worker.Handler;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.StepNotFoundException;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of which more decides than the graph. */
@Timeout(60)
class DecisionTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final Stack stack = new Stack(2);

  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean broken = new AtomicBoolean(true);

  /** {@code echo} returns its payload, {@code fail} throws while {@link #broken}. */
  private Taskorch program() {
    return stack
        .program()
        .register(
            Handler.of(
                "echo",
                Json.class,
                (payload, task) -> {
                  seen.add(payload.toString());
                  return payload;
                }))
        .register(
            Handler.of(
                "fail",
                Json.class,
                (payload, task) -> {
                  if (broken.get()) {
                    throw new PermanentTaskException("broken");
                  }
                  return payload;
                }))
        .start();
  }

  private static TaskSpec task(String type, String payload) {
    return TaskSpec.builder(type).payload(Json.of(payload)).build();
  }

  private static Step.Builder echo(String name) {
    return Step.task(name, task("echo", "\"" + name + "\""));
  }

  private static Step.Builder fail(String name) {
    return Step.task(name, task("fail", "null"));
  }

  private static Run run(Taskorch taskorch, Object input, Step... steps) {
    return start(taskorch, input, steps).await(SOON);
  }

  private static RunHandle start(Taskorch taskorch, Object input, Step... steps) {
    return taskorch.workflows().start(new WorkflowDefinition("w", List.of(steps)), input);
  }

  private static Run get(Taskorch taskorch, RunHandle run) {
    return taskorch.workflows().get(run.id());
  }

  private static StepStatus step(Run run, String name) {
    return run.steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static String result(Taskorch taskorch, Run run, String name) {
    return String.valueOf(taskorch.client().get(step(run, name).taskId()).result());
  }

  @Test
  void anElementEach() {
    Taskorch taskorch = program();
    Run run =
        run(
            taskorch,
            Map.of("list", List.of("a", "b", 1.5), "x", "y"),
            Step.task(
                    "each",
                    task("echo", "{\"i\":\"${index}\",\"v\":\"${item}\",\"x\":\"${input.x}\"}"))
                .forEach("${input.list}")
                .build(),
            Step.task("all", task("echo", "\"${steps.each.result}\"")).after("each").build());
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "all"))
        .isEqualTo(
            "[{\"i\":0,\"v\":\"a\",\"x\":\"y\"},{\"i\":1,\"v\":\"b\",\"x\":\"y\"},"
                + "{\"i\":2,\"v\":1.5,\"x\":\"y\"}]");
    Run children = taskorch.workflows().get(step(run, "each").runId());
    assertThat(children.parent()).isEqualTo(new Run.Parent(run.id(), "each"));
  }

  @Test
  void noElementAtAll() {
    Taskorch taskorch = program();
    Run run = run(taskorch, List.of(), echo("each").forEach("${input}").build());
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "each")).isEqualTo("[]");
  }

  @Test
  void notMoreElementsAtATimeThanAllowed() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Taskorch taskorch =
        stack
            .program()
            .register(
                Handler.of(
                    "count",
                    Json.class,
                    (payload, task) -> {
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      Thread.yield();
                      now.decrementAndGet();
                      return null;
                    }))
            .start();
    Run run =
        run(
            taskorch,
            IntStream.range(0, 500).boxed().toList(),
            Step.task("each", task("count", "null")).forEach("${input}").maxParallel(3).build());
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(most).hasValueLessThanOrEqualTo(3);
  }

  @Test
  void anElementThatFails() {
    Taskorch taskorch = program();
    Step tolerant =
        Step.task("tolerant", task("fail", "null"))
            .forEach("${input}")
            .onFailure(OnFailure.CONTINUE)
            .build();
    Step strict = Step.task("strict", task("fail", "null")).forEach("${input}").build();
    Run run = run(taskorch, List.of(1, 2), tolerant, strict);
    assertThat(run.state()).isEqualTo(RunState.FAILED);
    assertThat(result(taskorch, run, "tolerant")).isEqualTo("[null,null]");
    assertThat(step(run, "strict").state()).isEqualTo(TaskState.FAILED);
    assertThat(step(run, "strict").reason()).isEqualTo(Reason.RUN_FAILED);

    broken.set(false);
    taskorch.workflows().retry(run.id());
    Run again = taskorch.workflows().await(run.id(), SOON);
    assertThat(again.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(step(again, "strict").runId()).isEqualTo(step(run, "strict").runId());
  }

  @Test
  void joins() {
    Taskorch taskorch = program();
    Run run =
        run(
            taskorch,
            null,
            echo("good").build(),
            fail("bad").build(),
            fail("tolerated").onFailure(OnFailure.CONTINUE).build(),
            echo("all").after("good", "bad").build(),
            echo("finished").after("good", "bad").join(Join.ALL_FINISHED).build(),
            echo("alone").after("bad").join(Join.ALL_FINISHED).build(),
            echo("any").after("good", "bad").join(Join.ANY_SUCCEEDED).build(),
            echo("none").after("bad", "all").join(Join.ANY_SUCCEEDED).build(),
            echo("behind").after("tolerated").build());
    assertThat(run.state()).isEqualTo(RunState.FAILED);
    assertThat(run.steps())
        .extracting(s -> s.name() + " " + s.state())
        .containsExactlyInAnyOrder(
            "good SUCCEEDED",
            "bad FAILED",
            "tolerated FAILED",
            "all CANCELLED",
            "finished SUCCEEDED",
            "alone SUCCEEDED",
            "any SUCCEEDED",
            "none CANCELLED",
            "behind SUCCEEDED");
  }

  @Test
  void conditions() {
    Taskorch taskorch = program();
    Run run =
        run(
            taskorch,
            Map.of("amount", 12),
            echo("a").build(),
            echo("large").after("a").when("input.amount > 10.5").build(),
            echo("small").after("a").when("input.amount <= 10.5").build(),
            echo("result").after("a").when("steps.a.result == 'a'").build(),
            echo("behind").after("small").build(),
            echo("either").after("large", "small").join(Join.ANY_SUCCEEDED).build(),
            echo("wrong").when("input.nothing == 1").onFailure(OnFailure.CONTINUE).build());
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(run.steps())
        .extracting(s -> s.name() + " " + s.state())
        .containsExactlyInAnyOrder(
            "a SUCCEEDED",
            "large SUCCEEDED",
            "small SKIPPED",
            "result SUCCEEDED",
            "behind SKIPPED",
            "either SUCCEEDED",
            "wrong FAILED");
    assertThat(step(run, "small").reason()).isEqualTo(Reason.CONDITION_FALSE);
    assertThat(step(run, "behind").reason()).isEqualTo(Reason.UPSTREAM_SKIPPED);
  }

  @Test
  void aWait() {
    Taskorch taskorch = program();
    Run run =
        run(
            taskorch,
            null,
            Step.waitFor("pause", Duration.ofMillis(300)).build(),
            echo("after").after("pause").build());
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    StepStatus waited = step(run, "pause");
    assertThat(Duration.between(waited.startedAt(), waited.finishedAt()))
        .isBetween(Duration.ofMillis(300), Duration.ofSeconds(2));
  }

  @Test
  void aSignal() {
    Taskorch taskorch = program();
    Step go = Step.signal("go").build();
    RunHandle waiting =
        start(
            taskorch,
            null,
            go,
            Step.task("after", task("echo", "\"${steps.go.result.who}\"")).after("go").build());
    await().until(() -> "signal:go".equals(step(get(taskorch, waiting), "go").waitingFor()));
    assertThatThrownBy(() -> taskorch.workflows().signal(waiting.id(), "stop", null))
        .isInstanceOf(StepNotFoundException.class);
    taskorch.workflows().signal(waiting.id(), "go", Map.of("who", "me"));
    Run run = waiting.await(SOON);
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "after")).isEqualTo("\"me\"");
    assertThatThrownBy(() -> taskorch.workflows().signal(waiting.id(), "go", null))
        .isInstanceOf(IllegalRunMoveException.class);
  }

  @Test
  void aSignalThatComesBeforeTheStep() {
    Taskorch taskorch = program();
    RunHandle handle =
        start(
            taskorch,
            null,
            Step.task("first", TaskSpec.builder("echo").delay(Duration.ofMillis(500)).build())
                .build(),
            Step.signal("go").after("first").build());
    taskorch.workflows().signal(handle.id(), "go", 7);
    Run run = handle.await(SOON);
    assertThat(result(taskorch, run, "go")).isEqualTo("7");
  }

  @Test
  void aSignalThatDoesNotCome() {
    Taskorch taskorch = program();
    Run run = run(taskorch, null, Step.signal("go").timeout(Duration.ofMillis(200)).build());
    assertThat(run.state()).isEqualTo(RunState.FAILED);
    assertThat(step(run, "go").reason()).isEqualTo(Reason.TIMED_OUT);
  }

  @Test
  void anApproval() {
    Taskorch taskorch = program();
    Step[] steps = {Step.approval("ok").build(), echo("after").after("ok").build()};
    RunHandle first = start(taskorch, null, steps);
    await().until(() -> "approval".equals(step(get(taskorch, first), "ok").waitingFor()));
    taskorch.workflows().act(first.id(), new StepAction.Approve("ok", "fine"), "ann");
    Run run = first.await(SOON);
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "ok"))
        .isEqualTo("{\"approved\":true,\"by\":\"ann\",\"note\":\"fine\"}");

    RunHandle second = start(taskorch, null, steps);
    await().until(() -> "approval".equals(step(get(taskorch, second), "ok").waitingFor()));
    taskorch.workflows().act(second.id(), new StepAction.Reject("ok", null), "ann");
    Run rejected = second.await(SOON);
    assertThat(rejected.state()).isEqualTo(RunState.FAILED);
    assertThat(step(rejected, "ok").reason()).isEqualTo(Reason.REJECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ann lee", "ann\nbob", "ann\u00a0lee", "ann\u202eeel"})
  void whoActsIsOneWord(String actor) {
    assertActorIsRefused(actor);
  }

  @Test
  void whoActsIsNotNamedAtLength() {
    assertActorIsRefused("a".repeat(201));
    Taskorch taskorch = program();
    RunHandle run = start(taskorch, null, Step.approval("ok").build());
    String longest = "ä".repeat(200);
    assertThat(taskorch.workflows().cancel(run.id(), longest).state())
        .isEqualTo(RunState.CANCELLED);
  }

  private void assertActorIsRefused(String actor) {
    Taskorch taskorch = program();
    WorkflowClient workflows = taskorch.workflows();
    RunHandle run = start(taskorch, null, Step.approval("ok").build());
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> workflows.act(run.id(), new StepAction.Skip("ok", null), actor),
            () -> workflows.signal(run.id(), "go", null, actor),
            () -> workflows.cancel(run.id(), actor),
            () -> workflows.retry(run.id(), actor))) {
      assertThatExceptionOfType(InvalidTaskException.class)
          .isThrownBy(call)
          .satisfies(
              e ->
                  assertThat(e.violations())
                      .extracting(Violation::pointer)
                      .containsExactly("/actor"));
    }
    assertThat(get(taskorch, run).state()).isEqualTo(RunState.RUNNING);
  }

  @Test
  void aWorkflowInAWorkflow() {
    Taskorch taskorch = program();
    taskorch
        .workflows()
        .define(
            new WorkflowDefinition(
                "inner",
                List.of(
                    Step.task("a", task("echo", "\"${input.n}\"")).build(),
                    Step.task("b", task("echo", "[\"${steps.a.result}\"]")).after("a").build())));
    Run run =
        run(
            taskorch,
            3,
            Step.workflow("sub", "inner", Map.of("n", Ref.input())).build(),
            Step.task("after", task("echo", "\"${steps.sub.result.b}\"")).after("sub").build());
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "after")).isEqualTo("[3]");
  }

  @Test
  void aCancelReachesTheRunsThatStepsBegan() {
    Taskorch taskorch = program();
    taskorch
        .workflows()
        .define(new WorkflowDefinition("inner", List.of(Step.approval("ok").build())));
    RunHandle handle = start(taskorch, null, Step.workflow("sub", "inner").build());
    await().until(() -> step(get(taskorch, handle), "sub").runId() != null);
    handle.cancel();
    Run run = handle.await(SOON);
    assertThat(run.state()).isEqualTo(RunState.CANCELLED);
    assertThat(taskorch.workflows().get(step(run, "sub").runId()).state())
        .isEqualTo(RunState.CANCELLED);
  }

  @Test
  void whatSucceededIsUndoneFromTheEnd() {
    Taskorch taskorch = program();
    Run run =
        run(
            taskorch,
            null,
            echo("a").compensateWith("echo").build(),
            echo("b").after("a").compensateWith("echo").build(),
            fail("c").after("b").compensateWith("echo").build());
    assertThat(run.state()).isEqualTo(RunState.COMPENSATED);
    assertThat(seen)
        .containsExactly(
            "\"a\"",
            "\"b\"",
            "{\"input\":\"b\",\"result\":\"b\"}",
            "{\"input\":\"a\",\"result\":\"a\"}");
    Run undoing = taskorch.workflows().get(run.compensationId());
    assertThat(undoing.steps()).extracting(StepStatus::name).containsExactly("b", "a");
  }

  @Test
  void whatCouldNotBeUndoneCanBeTriedAgain() {
    Taskorch taskorch = program();
    Run run =
        run(taskorch, null, echo("a").compensateWith("fail").build(), fail("c").after("a").build());
    assertThat(run.state()).isEqualTo(RunState.FAILED);
    broken.set(false);
    taskorch.workflows().retry(run.id());
    assertThat(taskorch.workflows().await(run.id(), SOON).state()).isEqualTo(RunState.COMPENSATED);
  }

  @Test
  void aStepThatAPersonSkipsLetsTheRestGoOn() {
    Taskorch taskorch = program();
    Step[] steps = {
      fail("bad").build(),
      echo("after").after("bad").build(),
      echo("anyway").after("after").join(Join.ALL_FINISHED).build()
    };
    Run skipped = run(taskorch, null, steps);
    taskorch.workflows().act(skipped.id(), new StepAction.Skip("bad", null), "ann");
    Run run = taskorch.workflows().await(skipped.id(), SOON);
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(step(run, "after").state()).isEqualTo(TaskState.SKIPPED);
    assertThat(step(run, "anyway").state()).isEqualTo(TaskState.SUCCEEDED);

    Run failed = run(taskorch, null, steps);
    taskorch.workflows().act(failed.id(), new StepAction.Succeed("bad", null, Json.of("5")), "ann");
    Run mended = taskorch.workflows().await(failed.id(), SOON);
    assertThat(mended.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(step(mended, "after").state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(result(taskorch, mended, "bad")).isEqualTo("5");
  }

  @Test
  void aRerunDoesAStepAndWhatFollowsAnew() {
    Taskorch taskorch = program();
    Run first =
        run(
            taskorch,
            null,
            echo("a").build(),
            Step.task("b", task("echo", "\"b\"")).after("a").build(),
            Step.task("c", task("echo", "\"${steps.b.result}\"")).after("b").build());
    taskorch
        .workflows()
        .act(
            first.id(), new StepAction.Rerun("b", null, Json.of("[\"${steps.a.result}\"]")), "ann");
    Run run = taskorch.workflows().await(first.id(), SOON);
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "c")).isEqualTo("[\"a\"]");
    assertThat(seen).containsExactly("\"a\"", "\"b\"", "\"b\"", "[\"a\"]", "[\"a\"]");
  }

  @Test
  void aForkBeginsWhereItIsTold() {
    Taskorch taskorch = program();
    Run first =
        run(
            taskorch,
            1,
            echo("a").build(),
            Step.task("b", task("echo", "[\"${steps.a.result}\",\"${input}\"]"))
                .after("a")
                .build());
    Run forked = taskorch.workflows().fork(first.id(), "b", Json.of("2"));
    Run run = taskorch.workflows().await(forked.id(), SOON);
    assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(result(taskorch, run, "b")).isEqualTo("[\"a\",2]");
    assertThat(seen).containsExactly("\"a\"", "[\"a\",1]", "[\"a\",2]");
  }

  @Test
  void whatWasUndoneIsNotDoneInAFork() {
    Taskorch taskorch = program();
    Run first =
        run(
            taskorch,
            null,
            echo("other").build(),
            echo("a").compensateWith("echo").build(),
            echo("b").after("a").build(),
            fail("c").after("b", "other").build());
    assertThat(first.state()).isEqualTo(RunState.COMPENSATED);
    broken.set(false);
    seen.clear();
    Run run = taskorch.workflows().fork(first.id(), "c", null);
    assertThat(taskorch.workflows().await(run.id(), SOON).state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(seen).containsExactly("\"a\"", "\"b\"");
  }

  @Test
  void aForkWaitsForSignalsOfItsOwn() {
    Taskorch taskorch = program();
    Step[] steps = {echo("a").build(), Step.signal("go").after("a").build()};
    RunHandle handle = start(taskorch, null, steps);
    taskorch.workflows().signal(handle.id(), "go", 1);
    Run first = handle.await(SOON);
    String forked = taskorch.workflows().fork(first.id(), "go", null).id();
    await()
        .until(() -> "signal:go".equals(step(taskorch.workflows().get(forked), "go").waitingFor()));
    taskorch.workflows().signal(forked, "go", 2);
    assertThat(result(taskorch, taskorch.workflows().await(forked, SOON), "go")).isEqualTo("2");
  }

  @Test
  void whatBelongsToAStepOfARunIsNotForkedAlone() {
    Taskorch taskorch = program();
    Run run =
        run(
            taskorch,
            List.of(1),
            Step.task("each", task("echo", "\"${item}\""))
                .forEach("${input}")
                .compensateWith("echo")
                .build(),
            fail("c").after("each").build());
    String elements = step(run, "each").runId();
    assertThatThrownBy(() -> taskorch.workflows().fork(elements, "0", null))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageContaining("step each of run " + run.id());
    String undoing = run.compensationId();
    assertThatThrownBy(() -> taskorch.workflows().fork(undoing, "each", null))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageContaining("undoes run " + run.id());
  }
}
