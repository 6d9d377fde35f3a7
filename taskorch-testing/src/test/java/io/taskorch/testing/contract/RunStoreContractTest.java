package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.store.Claim;
import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.store.RunStore.RunPage;
import io.taskorch.store.RunStore.StepInput;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class RunStoreContractTest extends Contract {

  private static final Outcome FAILURE =
      new Outcome.Failed(TaskError.of("exception", "no"), Reason.PERMANENT_ERROR, 3);
  private static final Json INPUT = Json.of("{\"url\":\"x\",\"n\":[]}");

  private static Step step(String name, String... upstream) {
    return new Step(name, TaskSpec.of("t"), List.of(upstream));
  }

  private final List<Step> diamond =
      List.of(
          step("download"),
          step("small", "download"),
          step("large", "download"),
          step("upload", "small", "large"));

  @Test
  void aRunBeginsWithTheStepsThatWaitForNone() {
    Run run = start(diamond);
    assertThat(run.state()).isEqualTo(RunState.RUNNING);
    assertThat(run.name()).isEqualTo("flow");
    assertThat(run.input()).isEqualTo(INPUT);
    assertThat(run.createdAt()).isEqualTo(clock.instant());
    assertThat(states(run.id()))
        .isEqualTo(
            Map.of(
                "download", TaskState.PENDING,
                "small", TaskState.BLOCKED,
                "large", TaskState.BLOCKED,
                "upload", TaskState.BLOCKED));
    assertThat(run.steps().getLast().dependencies()).containsExactlyInAnyOrder("small", "large");
  }

  @Test
  void everyStepIsATaskThatNamesItsRun() {
    Run run = start(diamond);
    for (StepStatus step : run.steps()) {
      var task = find(step.taskId());
      assertThat(task.step().runId()).isEqualTo(run.id());
      assertThat(task.step().name()).isEqualTo(step.name());
      assertThat(task.state()).isEqualTo(step.state());
      assertThat(stores.partitions().holds(step.taskId())).isTrue();
    }
  }

  @Test
  void theSameStartAgainChangesNothing() {
    NewRun run = new NewRun(newId(), new WorkflowDefinition("flow", diamond), INPUT);
    stores.runs().start(run);
    succeed("download");
    Run before = stores.runs().find(run.id()).orElseThrow();
    stores.runs().start(run);
    assertThat(stores.runs().find(run.id())).contains(before);
  }

  @Test
  void aStepIsReleasedByTheLastOfItsUpstreamSteps() {
    Run run = start(diamond);
    succeed("download");
    assertThat(states(run.id()))
        .containsEntry("small", TaskState.PENDING)
        .containsEntry("large", TaskState.PENDING)
        .containsEntry("upload", TaskState.BLOCKED);
    succeed("small");
    assertThat(states(run.id())).containsEntry("upload", TaskState.BLOCKED);
    succeed("large");
    assertThat(states(run.id())).containsEntry("upload", TaskState.PENDING);
    clock.advance(Duration.ofSeconds(3));
    succeed("upload");
    Run done = stores.runs().find(run.id()).orElseThrow();
    assertThat(done.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(done.finishedAt()).isEqualTo(clock.instant());
  }

  @Test
  void bothEndsOfOneCallReleaseTheStepOnce() {
    Run run = start(diamond);
    succeed("download");
    List<Settlement> both =
        claimSteps().values().stream()
            .map(lease -> new Settlement(lease, new Outcome.Succeeded(Json.NULL)))
            .toList();
    stores.tasks().settle(both);
    stores.tasks().settle(both);
    assertThat(states(run.id())).containsEntry("upload", TaskState.PENDING);
    assertThat(claimSteps()).containsOnlyKeys("upload");
  }

  @Test
  void aFailedStepCancelsWhatComesAfterItWhileOtherBranchesFinish() {
    Run run =
        start(List.of(step("a"), step("b"), step("after_a", "a"), step("end", "after_a", "b")));
    Map<String, Lease> leases = claimSteps();
    fail(leases.get("a"));
    assertThat(states(run.id()))
        .containsEntry("a", TaskState.FAILED)
        .containsEntry("after_a", TaskState.CANCELLED)
        .containsEntry("end", TaskState.BLOCKED)
        .containsEntry("b", TaskState.RUNNING);
    assertThat(runState(run.id())).isEqualTo(RunState.RUNNING);
    settle(leases.get("b"), new Outcome.Succeeded(Json.NULL));
    assertThat(runState(run.id())).isEqualTo(RunState.FAILED);
    assertThat(stores.runs().find(run.id()).orElseThrow().steps())
        .filteredOn(s -> s.name().equals("end"))
        .extracting(StepStatus::reason)
        .containsExactly(Reason.UPSTREAM_FAILED);
  }

  @Test
  void aStepThatIsTriedAgainHoldsItsRun() {
    Run run = start(List.of(step("a"), step("b", "a")));
    Outcome later = new Outcome.Retrying(TaskError.of("exception", "no"), Duration.ofSeconds(1), 3);
    settle(claimSteps().get("a"), later);
    assertThat(states(run.id()))
        .containsEntry("a", TaskState.RETRYING)
        .containsEntry("b", TaskState.BLOCKED);
    clock.advance(Duration.ofSeconds(1));
    succeed("a");
    assertThat(states(run.id())).containsEntry("b", TaskState.PENDING);
  }

  @Test
  void aStepWithADelayIsDueThatLongAfterItsRelease() {
    Step later =
        new Step("b", TaskSpec.builder("t").delay(Duration.ofSeconds(9)).build(), List.of("a"));
    Run run = start(List.of(step("a"), later));
    clock.advance(Duration.ofSeconds(5));
    succeed("a");
    assertThat(states(run.id())).containsEntry("b", TaskState.SCHEDULED);
    assertThat(find(taskId(run.id(), "b")).dueAt()).isEqualTo(clock.instant().plusSeconds(9));
  }

  @Test
  void aCancelledRunEndsWhenItsRunningStepsHave() {
    Run run = start(diamond);
    Lease lease = claimSteps().get("download");
    Run told = stores.runs().cancel(run.id());
    assertThat(told.state()).isEqualTo(RunState.RUNNING);
    assertThat(told.cancelRequested()).isTrue();
    assertThat(find(lease.taskId()).cancelRequested()).isTrue();
    assertThat(states(run.id()))
        .containsEntry("small", TaskState.CANCELLED)
        .containsEntry("upload", TaskState.CANCELLED);
    settle(lease, new Outcome.Released());
    Run done = stores.runs().find(run.id()).orElseThrow();
    assertThat(done.state()).isEqualTo(RunState.CANCELLED);
    assertThat(stores.runs().cancel(run.id())).isEqualTo(done);
  }

  /** As a claim finds it that comes between the first call of a cancelling and the next. */
  @Test
  void aReadyStepOfARunThatIsBeingCancelledEndsInPlaceOfStarting() {
    Run run = start(List.of(step("a")));
    String prefix = "{" + namespace.name() + ":" + home() + "}:";
    namespace.raw().call("HSET", prefix + "run:" + run.id(), "cancel", "1");
    namespace.raw().call("SADD", prefix + "cancelling", run.id());
    assertThat(claimSteps()).isEmpty();
    assertThat(states(run.id())).containsEntry("a", TaskState.CANCELLED);
    assertThat(runState(run.id())).isEqualTo(RunState.CANCELLED);
  }

  @Test
  void aCancelledRunStartsNothing() {
    Run run = start(diamond);
    stores.runs().cancel(run.id());
    assertThat(claim(10).leased()).isEmpty();
    assertThat(runState(run.id())).isEqualTo(RunState.CANCELLED);
    assertThat(stores.runs().find(run.id()).orElseThrow().steps())
        .extracting(StepStatus::reason)
        .containsOnly(Reason.RUN_CANCELLED);
  }

  @Test
  void aRunThatHasEndedOtherwiseCannotBeCancelled() {
    Run run = start(List.of(step("a")));
    succeed("a");
    assertThatThrownBy(() -> stores.runs().cancel(run.id()))
        .isInstanceOf(IllegalRunMoveException.class);
    assertThatThrownBy(() -> stores.runs().cancel(newId()))
        .isInstanceOf(TaskNotFoundException.class);
  }

  @Test
  void aRetryStartsOverWhatDidNotSucceed() {
    Run run = start(List.of(step("a"), step("b", "a"), step("c", "b")));
    succeed("a");
    fail(claimSteps().get("b"));
    assertThat(runState(run.id())).isEqualTo(RunState.FAILED);
    String operation = newNonce();
    Run again = stores.runs().retry(run.id(), operation);
    assertThat(again.state()).isEqualTo(RunState.RUNNING);
    assertThat(again.finishedAt()).isNull();
    assertThat(states(run.id()))
        .isEqualTo(
            Map.of("a", TaskState.SUCCEEDED, "b", TaskState.PENDING, "c", TaskState.BLOCKED));
    assertThat(find(taskId(run.id(), "b")).generation()).isEqualTo(1);
    assertThat(stores.runs().retry(run.id(), operation)).isEqualTo(again);
    succeed("b");
    succeed("c");
    assertThat(runState(run.id())).isEqualTo(RunState.SUCCEEDED);
    assertThatThrownBy(() -> stores.runs().retry(run.id(), newNonce()))
        .isInstanceOf(IllegalRunMoveException.class);
  }

  @Test
  void aStepThatCannotStartOverOnceMoreStaysAndHoldsUpNothing() {
    Run run = start(List.of(step("a"), step("b", "a")));
    Run other = start(List.of(step("c")));
    fail(claimSteps().get("a"));
    String record = "{" + namespace.name() + ":" + home() + "}:task:" + taskId(run.id(), "a");
    namespace.raw().number("SETRANGE", record, 73, "9999");
    stores.runs().retry(run.id(), newNonce());
    advanceAll();
    assertThat(runState(run.id())).isEqualTo(RunState.FAILED);
    assertThat(states(run.id())).isEqualTo(Map.of("a", TaskState.FAILED, "b", TaskState.CANCELLED));
    assertThat(runState(other.id())).isEqualTo(RunState.RUNNING);
  }

  @Test
  void aStepIsNeitherRetriedNorDeletedAlone() {
    Run run = start(List.of(step("a")));
    fail(claimSteps().get("a"));
    String id = taskId(run.id(), "a");
    assertThatThrownBy(() -> stores.tasks().retry(id, newNonce()))
        .isInstanceOf(IllegalMoveException.class);
    assertThatThrownBy(() -> stores.tasks().delete(id)).isInstanceOf(IllegalMoveException.class);
  }

  @Test
  void aStepReadsTheInputAndTheResultsOfItsUpstreamSteps() {
    Run run = start(diamond);
    settle(claimSteps().get("download"), new Outcome.Succeeded(Json.of("{\"path\":\"/x\"}")));
    succeed("small");
    StepInput input =
        stores
            .runs()
            .input(
                run.id(),
                Map.of(
                    "download", taskId(run.id(), "download"),
                    "small", taskId(run.id(), "small")));
    assertThat(input.input()).isEqualTo(INPUT);
    assertThat(input.results())
        .isEqualTo(Map.of("download", Json.of("{\"path\":\"/x\"}"), "small", Json.NULL));
  }

  @Test
  void aFanOfThousandStepsIsReleasedAndJoined() {
    List<Step> fan = new ArrayList<>();
    fan.add(step("root"));
    String[] names = IntStream.range(0, 1_000).mapToObj(i -> "n" + i).toArray(String[]::new);
    for (String name : names) {
      fan.add(step(name, "root"));
    }
    fan.add(step("join", names));
    Run run = start(fan);
    succeed("root");
    for (int done = 0; done < 1_000; ) {
      advanceAll();
      int settled = settleAll(200, new Outcome.Succeeded(Json.NULL));
      assertThat(settled).isPositive();
      done += settled;
    }
    advanceAll();
    succeed("join");
    assertThat(runState(run.id())).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aStepThatDependsOnThousandsStartsOverWhileTheyEnd() {
    int size = 2_500;
    List<Step> fan = new ArrayList<>();
    String[] names = IntStream.range(0, size).mapToObj(i -> "n" + i).toArray(String[]::new);
    for (String name : names) {
      fan.add(step(name));
    }
    fan.add(step("join", names));
    Run run = start(fan);
    do {
      advanceAll();
    } while (settleAll(200, FAILURE) > 0);
    assertThat(runState(run.id())).isEqualTo(RunState.FAILED);
    stores.runs().retry(run.id(), newNonce());
    int ended = 0;
    int calls = 0;
    while (ended < size) {
      assertThat(find(taskId(run.id(), "join")).state())
          .isIn(TaskState.CANCELLED, TaskState.BLOCKED);
      calls += stores.runs().advance(home()).more() ? 1 : 0;
      // Fewer than are started over, so that some end between the calls that see to the join.
      ended += settleAll(calls < 70 ? 40 : 200, new Outcome.Succeeded(Json.NULL));
    }
    advanceAll();
    succeed("join");
    assertThat(runState(run.id())).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void theFailureOfAWideRootCancelsAThousandSteps() {
    List<Step> fan = new ArrayList<>();
    fan.add(step("root"));
    for (int i = 0; i < 1_000; i++) {
      fan.add(step("n" + i, "root"));
    }
    Run run = start(fan);
    fail(claimSteps().get("root"));
    advanceAll();
    assertThat(runState(run.id())).isEqualTo(RunState.FAILED);
    assertThat(states(run.id()).values()).filteredOn(s -> s == TaskState.CANCELLED).hasSize(1_000);
  }

  @Test
  void aRunIsPrunedWithItsStepsAndLeavesNothingBehind() {
    Run run = start(diamond);
    for (String step : List.of("download", "small", "large", "upload")) {
      clock.advance(Duration.ofHours(20));
      succeed(step);
    }
    clock.advance(Duration.ofHours(23));
    while (stores.upkeep().prune(home(), Duration.ZERO) > 0) {}
    assertThat(stores.query().find(run.steps().getFirst().taskId())).isPresent();
    clock.advance(Duration.ofHours(2));
    while (stores.upkeep().prune(home(), Duration.ZERO) > 0) {}
    assertThat(stores.runs().find(run.id())).isEmpty();
    assertThat(keys()).noneMatch(key -> key.contains(run.id()));
    for (StepStatus step : run.steps()) {
      assertThat(stores.query().find(step.taskId())).isEmpty();
      assertThat(keys()).noneMatch(key -> key.contains(step.taskId()));
    }
  }

  @Test
  void runsAreListedLatestFirst() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.addFirst(start(List.of(step("a"))).id());
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(listed(List.of(RunState.RUNNING), null)).isEqualTo(ids);
    assertThat(listed(List.of(RunState.SUCCEEDED), null)).isEmpty();
    assertThat(listed(List.of(), "flow")).isEqualTo(ids);
    assertThat(listed(List.of(), "other")).isEmpty();
  }

  private List<String> listed(List<RunState> states, String name) {
    List<String> ids = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      RunPage page =
          stores
              .runs()
              .list(new RunFilter(states, name, null, null, false, 2, cursor.orElse(null)));
      page.runs().forEach(r -> ids.add(r.id()));
      cursor = page.nextCursor();
    } while (cursor.isPresent());
    return ids;
  }

  private Run start(List<Step> steps) {
    String id = newId();
    stores.runs().start(new NewRun(id, new WorkflowDefinition("flow", steps), INPUT));
    return stores.runs().find(id).orElseThrow();
  }

  private void advanceAll() {
    while (stores.runs().advance(home()).more()) {}
  }

  private Map<String, TaskState> states(String runId) {
    Map<String, TaskState> states = new HashMap<>();
    stores.runs().find(runId).orElseThrow().steps().forEach(s -> states.put(s.name(), s.state()));
    return states;
  }

  private RunState runState(String runId) {
    return stores.runs().find(runId).orElseThrow().state();
  }

  private String taskId(String runId, String step) {
    return stores.runs().find(runId).orElseThrow().steps().stream()
        .filter(s -> s.name().equals(step))
        .findFirst()
        .orElseThrow()
        .taskId();
  }

  private Map<String, Lease> claimSteps() {
    Map<String, Lease> leases = new HashMap<>();
    claim(200).leased().forEach(l -> leases.put(l.task().step().name(), l.lease()));
    return leases;
  }

  /** Claims what is ready, ends this step, and gives the rest back. */
  private void succeed(String step) {
    claimSteps()
        .forEach(
            (name, lease) ->
                settle(
                    lease,
                    name.equals(step) ? new Outcome.Succeeded(Json.NULL) : new Outcome.Released()));
  }

  /** Claims up to so many steps, and ends all of them alike; how many there were. */
  private int settleAll(int most, Outcome outcome) {
    Claim claim = claim(most);
    stores
        .tasks()
        .settle(claim.leased().stream().map(l -> new Settlement(l.lease(), outcome)).toList());
    return claim.leased().size();
  }

  private void fail(Lease lease) {
    settle(lease, FAILURE);
  }

  private void settle(Lease lease, Outcome outcome) {
    stores.tasks().settle(List.of(new Settlement(lease, outcome)));
  }
}
