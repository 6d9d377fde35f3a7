package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.redis.WatchedStores;
import io.taskorch.redis.WatchedStores.Killed;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.EventLog.TaskMoved;
import io.taskorch.store.NewRun;
import io.taskorch.store.NewRun.Fork;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.model.Snapshot;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs of which more decides than the graph. */
@ParameterizedClass
@EnumSource(Setup.class)
class DecidedRunContractTest extends Contract {

  private static final Duration HOUR = Duration.ofHours(1);

  /** For so long nobody else decides on a step that a program has taken. */
  private static final Duration TURN = Duration.ofSeconds(10);

  private static final Outcome SUCCESS = new Outcome.Succeeded(Json.of("1"));
  private static final Outcome FAILURE =
      new Outcome.Failed(TaskError.of("exception", "no"), Reason.PERMANENT_ERROR, 1);

  @Test
  void aRootBeginsWhateverItsJoin() {
    Run run =
        start(
            "null",
            task("all").build(),
            task("finished").join(Join.ALL_FINISHED).build(),
            task("any").join(Join.ANY_SUCCEEDED).build());
    assertThat(states(run).values()).containsOnly(TaskState.PENDING);
  }

  @Test
  void aForkBeginsAtAJoinOfWhatIsDone() {
    for (Join join : Join.values()) {
      List<Step> steps =
          List.of(
              task("a").build(),
              task("b").build(),
              task("join").after("a", "b").join(join).build());
      Run first = start("null", steps);
      workOff();
      Map<String, String> done = new HashMap<>();
      Set.of("a", "b").forEach(name -> done.put(name, step(first, name).taskId()));
      String id = newId();
      stores
          .runs()
          .start(
              new NewRun(
                  id,
                  new WorkflowDefinition("w", steps),
                  null,
                  Json.NULL,
                  new Fork(first.id(), "join", "ann", done)));
      assertThat(step(run(id), "join").state()).as("%s", join).isEqualTo(TaskState.PENDING);
      workOff();
      assertThat(run(id).state()).isEqualTo(RunState.SUCCEEDED);
      // What it did not do itself it can do again.
      act(run(id), new StepAction.Rerun("a", null, null));
      assertThat(states(run(id)))
          .isEqualTo(
              Map.of(
                  "a",
                  TaskState.PENDING,
                  "b",
                  TaskState.SUCCEEDED,
                  "join",
                  join == Join.ANY_SUCCEEDED ? TaskState.PENDING : TaskState.BLOCKED));
      workOff();
      assertThat(run(id).state()).isEqualTo(RunState.SUCCEEDED);
    }
  }

  @Test
  void anotherWorkflowThatCannotBeBegunFailsTheStep() {
    define("inner", Json.of("{\"type\":\"object\"}"), task("a").build());
    Run wrong = start("5", inner("sub", "\"${input}\"").build());
    assertThat(step(wrong, "sub").state()).isEqualTo(TaskState.FAILED);
    assertThat(step(wrong, "sub").reason()).isEqualTo(Reason.UNDECIDABLE);
    assertThat(wrong.state()).isEqualTo(RunState.FAILED);
    Run missing = start("5", inner("sub", "\"${input.nothing}\"").build());
    assertThat(missing.state()).isEqualTo(RunState.FAILED);
  }

  @Test
  void whatAnEarlierGenerationWaitedForDoesNotBeginTheNext() {
    for (StepAction answer :
        List.of(new StepAction.Approve("ask", null), new StepAction.Reject("ask", null))) {
      Run run =
          start(
              "null",
              task("a").build(),
              Step.of("ask", Kind.APPROVAL, TaskSpec.builder("approval").timeout(HOUR).build())
                  .after("a")
                  .build(),
              Step.of("go", Kind.SIGNAL, TaskSpec.builder("signal").timeout(HOUR).build())
                  .signal("go")
                  .after("a")
                  .build());
      workOff();
      stores.runs().cancel(run.id());
      assertThat(run(run.id()).state()).isEqualTo(RunState.CANCELLED);
      act(run, new StepAction.Rerun("a", null, null));
      stores.runs().signal(run.id(), "go", Json.of("1"), "ann", newNonce());
      clock.advance(HOUR);
      advanceAll();
      assertThat(states(run(run.id())))
          .containsEntry("ask", TaskState.BLOCKED)
          .containsEntry("go", TaskState.BLOCKED);
      assertThatThrownBy(() -> act(run, answer)).isInstanceOf(IllegalMoveException.class);
      workOff();
      assertThat(step(run(run.id()), "go").state()).isEqualTo(TaskState.SUCCEEDED);
      act(run, answer);
      assertThat(run(run.id()).state().isFinal()).isTrue();
    }
  }

  @Test
  void aDelayIsWaitedAgainWhenWhatItCountsFromIsDoneAgain() {
    Run run =
        start(
            "null",
            task("a").build(),
            delayed("plain").after("a").build(),
            delayed("decided").when("true").after("a").build(),
            Step.waitFor("pause", HOUR).after("a").build());
    workOff();
    waitsAnHour(run, "plain", "decided", "pause");
    failAll(leased -> true);
    assertThat(run(run.id()).state()).isEqualTo(RunState.FAILED);
    // What it counts from has not changed, so the delay is over.
    stores.runs().retry(run.id(), newNonce());
    advanceAll();
    assertThat(claimAll()).containsOnlyKeys("plain", "decided");
    reclaim();
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);

    act(run, new StepAction.Rerun("a", null, null));
    workOff();
    waitsAnHour(run, "plain", "decided", "pause");
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  private void waitsAnHour(Run run, String... steps) {
    clock.advance(HOUR.minusMillis(1));
    advanceAll();
    assertThat(claimAll()).isEmpty();
    for (String step : steps) {
      assertThat(step(run(run.id()), step).state().isFinal()).as(step).isFalse();
    }
    clock.advance(Duration.ofMillis(1));
    advanceAll();
  }

  @Test
  void aSignalThatTheRunHasGotAnswersWhatIsStartedOver() {
    Step go =
        Step.of("go", Kind.SIGNAL, TaskSpec.builder("signal").timeout(HOUR).build())
            .signal("go")
            .after("a")
            .build();
    Run run = start("null", task("a").build(), go);
    stores.runs().signal(run.id(), "go", Json.of("1"), "ann", newNonce());
    workOff();
    for (String again : List.of("a", "go")) {
      act(run, new StepAction.Rerun(again, null, null));
      workOff();
      assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
      assertThat(find(step(run, "go").taskId()).result()).isEqualTo(Json.of("1"));
    }

    Run late = start("null", task("a").build(), go);
    workOff();
    clock.advance(HOUR);
    advanceAll();
    assertThat(step(run(late.id()), "go").reason()).isEqualTo(Reason.TIMED_OUT);
    stores.runs().retry(late.id(), newNonce());
    advanceAll();
    assertThat(step(run(late.id()), "go").waitingFor()).isEqualTo("signal:go");
    stores.runs().signal(late.id(), "go", Json.of("2"), "ann", newNonce());
    advanceAll();
    assertThat(run(late.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aListIsReadAnewWhenWhatItComesFromIsDoneAnew() {
    Run run =
        start("null", task("a").build(), each("each", "${steps.a.result}").after("a").build());
    settle("a", claimAll().get("a"), "[1,2]");
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
    act(run, new StepAction.Rerun("a", null, null));
    settle("a", claimAll().get("a"), "[1,2,3]");
    advanceAll();
    assertThat(step(run(run.id()), "each").state()).isEqualTo(TaskState.BLOCKED);
    assertThat(claimAll()).hasSize(3);
  }

  @Test
  void aListThatFailedIsReadAnewWhenWhatItComesFromIsDoneAnew() {
    Run run =
        start("null", task("a").build(), each("each", "${steps.a.result}").after("a").build());
    settle("a", claimAll().get("a"), "[1]");
    advanceAll();
    failAll(leased -> true);
    assertThat(run(run.id()).state()).isEqualTo(RunState.FAILED);
    act(run, new StepAction.Rerun("a", null, null));
    settle("a", claimAll().get("a"), "[1,2]");
    advanceAll();
    assertThat(claimAll()).hasSize(2);
  }

  @Test
  void aRetryKeepsToTheWindow() {
    Run run = start(list(650), each("each", "${input}").maxParallel(3).build());
    stores.runs().cancel(run.id());
    assertThat(run(run.id()).state()).isEqualTo(RunState.CANCELLED);
    stores.runs().retry(run.id(), newNonce());
    advanceAll();
    Map<String, Leased> claimed = claimAll();
    assertThat(claimed).hasSize(3);
    claimed.values().forEach(leased -> settle(leased, new Outcome.Released()));
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void anElementThatIsCancelledWhileItWaitsForAPlaceTakesNone() {
    Run run = start(list(5), each("each", "${input}").maxParallel(2).build());
    Run elements = children(run, "each");
    Map<String, Leased> first = claimAll();
    assertThat(first).containsOnlyKeys("0", "1");
    stores.tasks().cancel(step(elements, "2").taskId());
    stores.tasks().cancel(step(elements, "4").taskId());
    assertThat(claimAll()).isEmpty();
    assertThat(step(children(run, "each"), "2").state()).isEqualTo(TaskState.CANCELLED);
    settle("0", first.get("0"), "0");
    assertThat(claimAll()).containsOnlyKeys("3");
    assertThat(states(children(run, "each")))
        .containsEntry("2", TaskState.CANCELLED)
        .containsEntry("4", TaskState.CANCELLED);
  }

  @Test
  void elementsThatAreWorkflowsAreRetriedWithinTheWindow() {
    define("inner", task("a").build(), task("b").after("a").build());
    Run run =
        start(
            list(3),
            Step.of("each", Kind.WORKFLOW, TaskSpec.of("workflow"))
                .workflow("inner", 1)
                .forEach("${input}")
                .maxParallel(1)
                .build());
    for (int i = 0; i < 3; i++) {
      settle("a", claimAll().get("a"), "1");
      failAll(leased -> true);
    }
    assertThat(run(run.id()).state()).isEqualTo(RunState.FAILED);
    stores.runs().retry(run.id(), newNonce());
    advanceAll();
    // Only what failed in them is done again, one after the other.
    assertThat(claimAll().keySet()).containsExactly("b");
    reclaim();
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aStepThatOneSuccessFreesIsAnnouncedOnce() {
    Run run =
        start(
            "null",
            task("a").build(),
            task("b").build(),
            task("any").after("a", "b").join(Join.ANY_SUCCEEDED).build());
    workOff(1);
    String any = step(run, "any").taskId();
    long pending =
        stores.events().read(home(), "0", 1000).stream()
            .flatMap(entry -> entry.events().stream())
            .filter(
                event ->
                    event instanceof TaskMoved moved
                        && moved.id().equals(any)
                        && moved.state() == TaskState.PENDING)
            .count();
    assertThat(pending).isEqualTo(1);
  }

  @Test
  void aRetryBooksWhatSucceededWasSkippedAndWasTolerated() {
    Run run =
        start(
            "{\"x\":1}",
            task("good").build(),
            task("bad").build(),
            task("tolerated").onFailure(OnFailure.CONTINUE).build(),
            task("skipped").when("input.x > 1").build(),
            task("all").after("good", "bad", "tolerated").build(),
            task("behind").after("skipped", "bad").build(),
            task("finished").after("good", "bad", "skipped").join(Join.ALL_FINISHED).build(),
            task("any").after("bad", "skipped").join(Join.ANY_SUCCEEDED).build());
    failAll(leased -> Set.of("bad", "tolerated").contains(name(leased)));
    workOff();
    assertThat(states(run(run.id())))
        .isEqualTo(
            Map.of(
                "good", TaskState.SUCCEEDED,
                "bad", TaskState.FAILED,
                "tolerated", TaskState.FAILED,
                "skipped", TaskState.SKIPPED,
                "all", TaskState.CANCELLED,
                "behind", TaskState.CANCELLED,
                "finished", TaskState.SUCCEEDED,
                "any", TaskState.CANCELLED));
    stores.runs().retry(run.id(), newNonce());
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(states(run(run.id())))
        .isEqualTo(
            Map.of(
                "good", TaskState.SUCCEEDED,
                "bad", TaskState.SUCCEEDED,
                "tolerated", TaskState.FAILED,
                "skipped", TaskState.SKIPPED,
                "all", TaskState.SUCCEEDED,
                "behind", TaskState.SKIPPED,
                "finished", TaskState.SUCCEEDED,
                "any", TaskState.SUCCEEDED));
    assertThat(find(step(run, "good").taskId()).generation()).isZero();
  }

  @Test
  void everyVerbMayBeRepeated() {
    Run run =
        start(
            "null",
            Step.of("ask", Kind.APPROVAL, TaskSpec.of("approval")).build(),
            task("bad").build(),
            task("after").after("bad").build());
    String operation = newNonce();
    StepAction approve = new StepAction.Approve("ask", "fine");
    Run once = stores.runs().act(run.id(), approve, "ann", operation);
    assertThat(stores.runs().act(run.id(), approve, "ann", operation)).isEqualTo(once);
    assertThatThrownBy(() -> act(run, approve)).isInstanceOf(IllegalMoveException.class);
    failAll(leased -> true);
    for (StepAction action :
        List.of(
            new StepAction.Skip("bad", null),
            new StepAction.Rerun("bad", null, Json.of("1")),
            new StepAction.Rerun("bad", null, null))) {
      String name = newNonce();
      Run done = stores.runs().act(run.id(), action, "ann", name);
      assertThat(stores.runs().act(run.id(), action, "ann", name)).isEqualTo(done);
      workOff();
    }
    failAll(leased -> true);
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void undoingCannotBeCancelledAndIsRetried() {
    Run run =
        start(
            "null",
            task("a").compensateWith("t").build(),
            task("b").after("a").compensateWith("t").build(),
            task("c").after("b").build());
    settle("a", claimAll().get("a"), "1");
    settle("b", claimAll().get("b"), "1");
    failAll(leased -> true);
    advanceAll();
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATING);
    assertThatThrownBy(() -> stores.runs().cancel(run.id()))
        .isInstanceOf(IllegalRunMoveException.class);
    assertThatThrownBy(() -> act(run, new StepAction.Skip("c", null)))
        .isInstanceOf(IllegalRunMoveException.class);
    assertThat(claimAll()).containsOnlyKeys("b");
    reclaim();
    failAll(leased -> true);
    advanceAll();
    assertThat(run(run.id()).state()).isEqualTo(RunState.FAILED);
    stores.runs().retry(run.id(), newNonce());
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATING);
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATED);
    assertThatThrownBy(() -> stores.runs().retry(run.id(), newNonce()))
        .isInstanceOf(IllegalRunMoveException.class);
  }

  @Test
  void theUndoingOfAListGetsTheListsPayloadAndResults() {
    Run run =
        start(
            "[1,2]",
            Step.task("each", TaskSpec.builder("t").payload(Json.of("[\"${item}\",\"x\"]")).build())
                .forEach("${input}")
                .compensateWith("t")
                .build(),
            task("bad").after("each").build());
    workOff(1);
    failAll(leased -> name(leased).equals("bad"));
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATED);
  }

  @Test
  void aRunThatIsDeletedTakesTheRunsOfItsStepsWithIt() {
    define("inner", each("each", "${input}").build(), task("b").build());
    Run run =
        start(
            "[1,2]",
            each("each", "${input}").maxParallel(1).compensateWith("t").build(),
            inner("sub", "\"${input}\"").build(),
            Step.of("ask", Kind.APPROVAL, TaskSpec.builder("approval").timeout(HOUR).build())
                .build(),
            Step.of("go", Kind.SIGNAL, TaskSpec.of("signal")).signal("go").build(),
            task("bad").after("each").build());
    stores.runs().signal(run.id(), "go", Json.of("1"), "ann", newNonce());
    clock.advance(HOUR);
    advanceAll();
    for (int i = 0; i < 10; i++) {
      failAll(leased -> name(leased).equals("bad"));
    }
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATED);
    clock.advance(Duration.ofDays(31));
    while (stores.upkeep().prune(home(), Duration.ZERO) > 0) {}
    advanceAll();
    assertThat(keys())
        .noneMatch(key -> key.contains("run:"))
        .noneMatch(key -> key.contains("runs:"))
        .noneMatch(key -> key.contains("task:"))
        .noneMatch(key -> key.contains("result:"))
        .noneMatch(key -> key.contains("undecided"))
        .noneMatch(key -> key.contains("expiring"))
        .noneMatch(key -> key.contains("cancelling"));
  }

  @Test
  void aRunWhoseStepWasCancelledMeanwhileDoesNotBegin() {
    List<String> cancelled = new ArrayList<>();
    Run run = start("[1,2]", task("a").build(), each("each", "${input}").after("a").build());
    String each = step(run, "each").taskId();
    try (Stores other =
        connect(
            "run/commit",
            () -> {
              cancelled.add(each);
              stores.tasks().cancel(each);
            })) {
      settle("a", claimAll().get("a"), "1", other);
    }
    assertThat(cancelled).containsOnly(each);
    advanceAll();
    assertThat(claimAll()).isEmpty();
    assertThat(run(run.id()).state()).isEqualTo(RunState.CANCELLED);
    assertThat(children(run, "each").state()).isEqualTo(RunState.CANCELLED);
    // Only a retry has the step go on, with that run.
    stores.runs().retry(run.id(), newNonce());
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aRunWhoseUploadDiedIsStoredAgainAsTheSame() {
    for (String death : List.of("run/stage", "run/commit")) {
      Run run = start("[1,2]", task("a").build(), each("each", "${input}").after("a").build());
      try (Stores other =
          connect(
              death,
              () -> {
                throw new Killed(death);
              })) {
        Leased leased = claimAll().get("a");
        assertThatThrownBy(() -> settle("a", leased, "1", other)).isInstanceOf(Killed.class);
      }
      String begun = step(run(run.id()), "each").runId();
      assertThat(begun).isNotNull();
      assertThat(stores.runs().find(begun)).isEmpty();
      assertThat(claimAll()).isEmpty();
      clock.advance(Duration.ofSeconds(10));
      workOff();
      assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
      assertThat(step(run(run.id()), "each").runId()).isEqualTo(begun);
    }
  }

  @Test
  void aDecisionOnAnEarlierGenerationChangesNothing() {
    Run run = start("null", task("a").build(), task("b").when("true").after("a").build());
    List<String> late = new ArrayList<>();
    try (Stores dies =
            connect(
                "run/decide",
                () -> {
                  throw new Killed("run/decide");
                });
        Stores slow =
            WatchedStores.connect(
                namespace,
                new WatchedStores.Watch() {
                  @Override
                  public <R> R around(String script, Supplier<R> call) {
                    if (!script.equals("run/decide") || !late.isEmpty()) {
                      return call.get();
                    }
                    late.add(script);
                    // What it has read of the step is over, and the next decision is to be made.
                    stores.runs().cancel(run.id());
                    assertThatThrownBy(() -> dies.runs().retry(run.id(), newNonce()))
                        .isInstanceOf(Killed.class);
                    Snapshot before = Snapshot.of(namespace);
                    R reply = call.get();
                    assertThat(Snapshot.of(namespace).changedSince(before, "")).isEmpty();
                    return reply;
                  }
                })) {
      settle("a", claimAll().get("a"), "1", slow);
    }
    assertThat(late).isNotEmpty();
    assertThat(step(run(run.id()), "b").state()).isEqualTo(TaskState.BLOCKED);
    clock.advance(TURN);
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aRunThatEndsBetweenALookAtItsStepAndTheDecisionIsNotMissed() {
    define("inner", task("a").build());
    String id = newId();
    List<Step> steps = List.of(inner("sub", "1").build());
    // It begins the run once more, so it looks at the step while the run is in work.
    try (Stores slow = connect("run/decide", this::takeOver, this::succeedAndDie)) {
      slow.runs().start(new NewRun(id, new WorkflowDefinition("w", steps), Json.NULL));
    }
    assertThat(children(run(id), "sub").state()).isEqualTo(RunState.SUCCEEDED);
    workOff();
    assertThat(run(id).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void undoingThatEndsBetweenALookAndTheDecisionIsNotMissed() {
    Run run = start("null", task("a").compensateWith("t").build(), task("bad").after("a").build());
    settle("a", claimAll().get("a"), "1");
    Leased bad = claimAll().get("bad");
    try (Stores slow = connect("run/undo", this::takeOver, this::succeedAndDie)) {
      slow.tasks().settle(List.of(new Settlement(bad.lease(), FAILURE)));
    }
    assertThat(run(run(run.id()).compensationId()).state()).isEqualTo(RunState.SUCCEEDED);
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATED);
  }

  @Test
  void aLateEndOfUndoingDoesNotEndWhatGoesOnWithIt() {
    Run run = start("null", task("a").compensateWith("t").build(), task("bad").after("a").build());
    settle("a", claimAll().get("a"), "1");
    settle(claimAll().get("bad"), FAILURE);
    endAndDie(claimAll().get("a"), FAILURE);
    Runnable retry =
        () -> {
          takeOver();
          assertThat(run(run.id()).state()).isEqualTo(RunState.FAILED);
          stores.runs().retry(run.id(), newNonce());
        };
    try (Stores slow = connect("run/undo", retry)) {
      slow.runs().advance(home());
    }
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATING);
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.COMPENSATED);
  }

  @Test
  void twoProgramsGoOnWithTheSameRun() {
    List<Step> steps = new ArrayList<>();
    steps.add(task("root").build());
    for (int i = 0; i < 500; i++) {
      steps.add(task("n" + i).after("root").when(i % 2 == 0 ? "input.x > 1" : null).build());
    }
    String id = newId();
    stores.runs().start(new NewRun(id, new WorkflowDefinition("w", steps), Json.of("{\"x\":1}")));
    stores
        .tasks()
        .settle(
            List.of(
                new Settlement(claimAll().get("root").lease(), new Outcome.Succeeded(Json.NULL))));
    try (Stores other = namespace.connect()) {
      List.of(stores, other).parallelStream()
          .forEach(
              one -> {
                while (one.runs().advance(home()).more()) {}
              });
    }
    workOff();
    assertThat(run(id).state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(states(run(id)).values())
        .filteredOn(state -> state == TaskState.SKIPPED)
        .hasSize(250);
    long ended =
        stores.events().read(home(), "0", 10_000).stream()
            .flatMap(entry -> entry.events().stream())
            .filter(event -> event instanceof TaskMoved moved && moved.state().isFinal())
            .count();
    assertThat(ended).isEqualTo(501);
  }

  @Test
  void aListOfTenThousand() {
    Run run = start(list(10_000), each("each", "${input}").maxParallel(500).build());
    advanceAll();
    assertThat(children(run, "each").steps()).hasSize(10_000);
    stores.runs().cancel(run.id());
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.CANCELLED);
    stores.runs().retry(run.id(), newNonce());
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
    Run none = start("[]", each("each", "${input}").build());
    assertThat(none.state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aJoinOfFiveThousand() {
    List<Step> steps = new ArrayList<>();
    IntStream.range(0, 5_000).forEach(i -> steps.add(task("n" + i).build()));
    String[] names = steps.stream().map(Step::name).toArray(String[]::new);
    for (Join join : Join.values()) {
      steps.add(task(join.name()).after(names).join(join).build());
    }
    Run run = start("null", steps);
    advanceAll();
    failAll(leased -> name(leased).equals("n7"));
    workOff();
    assertThat(states(run(run.id())))
        .containsEntry("ALL_SUCCEEDED", TaskState.CANCELLED)
        .containsEntry("ALL_FINISHED", TaskState.SUCCEEDED)
        .containsEntry("ANY_SUCCEEDED", TaskState.SUCCEEDED);
    stores.runs().retry(run.id(), newNonce());
    workOff();
    assertThat(run(run.id()).state()).isEqualTo(RunState.SUCCEEDED);
  }

  private static Step.Builder task(String name) {
    return Step.task(name, TaskSpec.of("t"));
  }

  private static Step.Builder delayed(String name) {
    return Step.task(name, TaskSpec.builder("t").delay(HOUR).build());
  }

  private static Step.Builder each(String name, String list) {
    return task(name).forEach(list);
  }

  private static Step.Builder inner(String name, String input) {
    TaskSpec task = TaskSpec.builder("workflow").payload(Json.of(input)).build();
    return Step.of(name, Kind.WORKFLOW, task).workflow("inner", null);
  }

  private static String list(int size) {
    return IntStream.range(0, size)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(",", "[", "]"));
  }

  private void define(String name, Step... steps) {
    define(name, null, steps);
  }

  private void define(String name, @Nullable Json inputSchema, Step... steps) {
    Json document = DefinitionJson.write(new WorkflowDefinition(name, List.of(steps)), inputSchema);
    stores.definitions().save(name, "0".repeat(64), document, newNonce());
  }

  private Run start(String input, Step... steps) {
    return start(input, List.of(steps));
  }

  private Run start(String input, List<Step> steps) {
    String id = newId();
    stores.runs().start(new NewRun(id, new WorkflowDefinition("w", steps), Json.of(input)));
    advanceAll();
    return run(id);
  }

  private Run run(String id) {
    return stores.runs().find(id).orElseThrow();
  }

  private Run children(Run run, String step) {
    return run(step(run(run.id()), step).runId());
  }

  private static StepStatus step(Run run, String name) {
    return run.steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static Map<String, TaskState> states(Run run) {
    return run.steps().stream().collect(Collectors.toMap(StepStatus::name, StepStatus::state));
  }

  private void act(Run run, StepAction action) {
    stores.runs().act(run.id(), action, "ann", newNonce());
  }

  private void advanceAll() {
    while (stores.runs().advance(home()).more()) {}
  }

  private final List<Leased> claimed = new ArrayList<>();

  private static String name(Leased leased) {
    return leased.task().step().name();
  }

  private Map<String, Leased> claimAll() {
    Map<String, Leased> leased = new HashMap<>();
    claim(200).leased().forEach(one -> leased.put(name(one), one));
    claimed.addAll(leased.values());
    return leased;
  }

  /** Gives back what was claimed last. */
  private void reclaim() {
    claimed.forEach(leased -> settle(leased, new Outcome.Released()));
    claimed.clear();
  }

  private void settle(String name, Leased leased, String result) {
    assertThat(leased).as("a lease of %s", name).isNotNull();
    settle(leased, new Outcome.Succeeded(Json.of(result)));
  }

  /** Settles and goes on by another program's stores. */
  private void settle(String name, Leased leased, String result, Stores other) {
    assertThat(leased).as("a lease of %s", name).isNotNull();
    Outcome outcome = new Outcome.Succeeded(Json.of(result));
    other.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
    while (other.runs().advance(home()).more()) {}
  }

  /** Decides in place of a program that has taken too long. */
  private void takeOver() {
    clock.advance(TURN);
    advanceAll();
  }

  /** A program ends a task and dies before it goes on with what follows. */
  private void endAndDie(Leased leased, Outcome outcome) {
    try (Stores dies =
        connect(
            "run/undecided",
            () -> {
              throw new Killed("run/undecided");
            })) {
      List<Settlement> settlements = List.of(new Settlement(leased.lease(), outcome));
      assertThatThrownBy(() -> dies.tasks().settle(settlements)).isInstanceOf(Killed.class);
    }
  }

  private void succeedAndDie() {
    endAndDie(claimAll().get("a"), SUCCESS);
  }

  /** Stores of another program: each of this is done before one call of a script, in turn. */
  private Stores connect(String before, Runnable... what) {
    Iterator<Runnable> next = List.of(what).iterator();
    return WatchedStores.connect(
        namespace,
        new WatchedStores.Watch() {
          @Override
          public <R> R around(String script, Supplier<R> call) {
            if (script.equals(before) && next.hasNext()) {
              next.next().run();
            }
            return call.get();
          }
        });
  }

  private void settle(Leased leased, Outcome outcome) {
    stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
    advanceAll();
  }

  /** One round of work in which these fail. */
  private void failAll(Predicate<Leased> fails) {
    stores
        .tasks()
        .settle(
            claim(200).leased().stream()
                .map(l -> new Settlement(l.lease(), fails.test(l) ? FAILURE : SUCCESS))
                .toList());
    advanceAll();
  }

  private void workOff() {
    workOff(10_000);
  }

  private void workOff(int rounds) {
    advanceAll();
    for (int i = 0; i < rounds; i++) {
      List<Settlement> done =
          claim(200).leased().stream().map(l -> new Settlement(l.lease(), SUCCESS)).toList();
      if (done.isEmpty()) {
        return;
      }
      stores.tasks().settle(done);
      advanceAll();
    }
  }
}
