package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.Obstacles;
import io.taskorch.store.Obstacles.Closed;
import io.taskorch.store.Obstacles.Full;
import io.taskorch.store.Obstacles.Paused;
import io.taskorch.store.Obstacles.RateUsedUp;
import io.taskorch.store.Obstacles.Turn;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.store.TaskStore.Refusal;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.RateLimitedException;
import io.taskorch.task.RateLimitedException.Scope;
import io.taskorch.task.Reason;
import io.taskorch.task.Sequence;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueKey;
import io.taskorch.testing.FlowKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which of the ready tasks run: groups take turns, limits hold, sequences keep their order. */
@ParameterizedClass
@EnumSource(Setup.class)
class FlowContractTest extends Contract {

  private static final Outcome SUCCESS = new Outcome.Succeeded(Json.of("1"));

  private static TaskSpec.Builder spec() {
    return TaskSpec.builder("t");
  }

  private TaskSpec inGroup(String group) {
    return spec().group(at(group)).build();
  }

  private TaskSpec limited(String limit) {
    return spec().limit(at(limit)).build();
  }

  private Sequence sequence(String key) {
    return Sequence.of(at(key));
  }

  private String key(String rest) {
    return "{" + namespace.name() + ":" + home() + "}:" + rest;
  }

  /** As a gate's settings are stored. */
  private void set(String gate, String settings) {
    String name = gate.startsWith("l:") ? "l:" + at(gate.substring(2)) : gate;
    namespace.raw().number("HSET", key("gates"), name, settings);
  }

  private List<Leased> claimAll(int most) {
    return claim(most).leased();
  }

  private List<String> ids(List<Leased> leased) {
    return leased.stream().map(one -> one.task().id()).toList();
  }

  private List<String> groups(List<Leased> leased) {
    return leased.stream()
        .map(one -> Objects.requireNonNullElse(one.task().spec().flow().group(), "-"))
        .map(group -> group.replaceFirst("[.].*", ""))
        .toList();
  }

  private void succeed(List<Leased> leased) {
    stores
        .tasks()
        .settle(leased.stream().map(one -> new Settlement(one.lease(), SUCCESS)).toList());
  }

  private void settle(Leased leased, Outcome outcome) {
    stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
  }

  private static Outcome retryIn(Duration delay) {
    return new Outcome.Retrying(TaskError.of("exception", "no"), delay, 5);
  }

  /** What is left when nothing waits and nothing runs. */
  private void nothingIsLeftBehind() {
    assertThat(FlowKeys.in(namespace, key(""))).isEmpty();
  }

  @Test
  void whatATaskSaysOfItsFlowIsReadBack() {
    Flow flow =
        new Flow(
            at("tenant-7"),
            at("partner"),
            new Sequence("a key", Sequence.OnRetry.STEP_OVER),
            3,
            1,
            List.of("region=eu", "gpu"));
    Task task = enqueue(spec().flow(flow).unique(UniqueKey.of("u")).build());
    assertThat(find(task.id()).spec().flow()).isEqualTo(flow);
    assertThat(find(task.id()).spec().unique()).isEqualTo(UniqueKey.of("u"));
    assertThat(find(task.id()).spec().payload()).isEqualTo(Json.NULL);
  }

  @Test
  void groupsTakeTurns() {
    enqueueMany(10, inGroup("big"));
    enqueueMany(2, inGroup("small"));
    enqueueMany(3, spec().build());
    List<Leased> leased = claimAll(8);
    assertThat(groups(leased)).containsOnly("big", "small", "-");
    Map<String, Long> counts =
        groups(leased).stream().collect(Collectors.groupingBy(g -> g, Collectors.counting()));
    assertThat(counts).containsEntry("small", 2L);
    assertThat(counts.get("big") - counts.get("-")).isBetween(-1L, 2L);
    succeed(leased);
    leased = claimAll(20);
    assertThat(groups(leased)).hasSize(7).doesNotContain("small");
    succeed(leased);
    nothingIsLeftBehind();
  }

  @Test
  void aGroupThatComesLateWaitsForOneRound() {
    enqueueMany(50, inGroup("a"));
    enqueueMany(50, inGroup("b"));
    succeed(claimAll(20));
    enqueue(inGroup("late"));
    assertThat(groups(claimAll(4))).contains("late");
  }

  @Test
  void aGroupHasNothingFromLeavingAndComingBack() {
    enqueueMany(50, inGroup("z"));
    enqueueMany(50, inGroup("y"));
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      enqueue(inGroup("a"));
      List<Leased> leased = claimAll(1);
      counts.merge(groups(leased).getFirst(), 1, Integer::sum);
      succeed(leased);
    }
    assertThat(counts.get("a")).isBetween(9, 11);
    assertThat(counts.get("z")).isBetween(9, 11);
  }

  @Test
  void turnsAreByWeight() {
    // All that is stored of a queue's groups when nothing else is said of them.
    namespace.raw().number("HSET", key("weights:default"), at("heavy"), "3");
    enqueueMany(100, inGroup("heavy"));
    enqueueMany(100, inGroup("light"));
    Map<String, Long> counts =
        groups(claimAll(80)).stream().collect(Collectors.groupingBy(g -> g, Collectors.counting()));
    assertThat(counts.get("heavy")).isBetween(59L, 61L);
  }

  @Test
  void aHigherPriorityComesFirstWhateverTheGroup() {
    enqueueMany(3, inGroup("a"));
    String urgent = enqueue(spec().group(at("b")).priority(Priority.CRITICAL).build()).id();
    assertThat(ids(claimAll(1))).containsExactly(urgent);
  }

  @Test
  void aTaskOfAGroupIsListedCountedAndCancelled() {
    Task task = enqueue(inGroup("a"));
    assertThat(stores.queues().find("default").orElseThrow().depth().get(TaskState.PENDING))
        .isEqualTo(1);
    assertThat(stores.tasks().cancel(task.id()).state()).isEqualTo(TaskState.CANCELLED);
    nothingIsLeftBehind();
    enqueueMany(5, inGroup("a"));
    enqueueMany(5, limited("l"));
    assertThat(stores.queues().purge("default")).isEqualTo(10);
    nothingIsLeftBehind();
  }

  @Test
  void noMoreRunThanALimitAllows_AndOthersPass() {
    set("l:one", "1 - - - w");
    List<String> held = enqueueMany(3, limited("one"));
    String free = enqueue(spec().build()).id();
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactlyInAnyOrder(held.get(0), free);
    assertThat(claimAll(10)).isEmpty();
    succeed(leased);
    leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(held.get(1));
    settle(leased.getFirst(), retryIn(Duration.ofMinutes(1)));
    leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(held.get(2));
    succeed(leased);
    clock.advance(Duration.ofMinutes(2));
    succeed(claimAll(10));
    nothingIsLeftBehind();
  }

  @Test
  void aPermitComesBackWithAReleaseAndAReap() {
    set("l:one", "1 - - - w");
    List<String> tasks = enqueueMany(2, limited("one"));
    settle(claimAll(5).getFirst(), new Outcome.Released());
    assertThat(ids(claimAll(5))).containsExactly(tasks.get(0));
    clock.advance(LEASE.plusSeconds(31));
    reapAfterStall();
    assertThat(ids(claimAll(5))).containsExactly(tasks.get(0));
  }

  @Test
  void aLimitHoldsOverGroupsAndQueues() {
    set("l:two", "2 - - - w");
    for (String group : List.of("a", "b", "c", "d")) {
      enqueueMany(2, spec().limit(at("two")).build());
    }
    int ran = 0;
    while (ran < 8) {
      List<Leased> leased = claimAll(10);
      assertThat(leased).hasSize(2);
      succeed(leased.subList(0, 1));
      List<Leased> next = claimAll(10);
      assertThat(next.size()).isLessThanOrEqualTo(1);
      succeed(leased.subList(1, 2));
      succeed(next);
      ran += 2 + next.size();
    }
    nothingIsLeftBehind();
  }

  @Test
  void aGroupHasNoMoreRunningThanItMay() {
    set("g:default", "2 - - - -");
    enqueueMany(5, inGroup("a"));
    enqueueMany(1, inGroup("b"));
    List<Leased> leased = claimAll(10);
    assertThat(groups(leased)).containsExactlyInAnyOrder("a", "a", "b");
    assertThat(claimAll(10)).isEmpty();
    succeed(leased.stream().filter(one -> groups(List.of(one)).contains("a")).limit(1).toList());
    assertThat(groups(claimAll(10))).containsExactly("a");
  }

  @Test
  void aRateLetsABurstThroughAndThenOneByOne() {
    set("l:slow", "- 5 1000 2 w");
    enqueueMany(10, limited("slow"));
    assertThat(claimAll(10)).hasSize(2);
    Claim none = claim(10);
    assertThat(none.leased()).isEmpty();
    assertThat(none.nextDue()).isEqualTo(clock.instant().plusMillis(200));
    clock.advance(Duration.ofMillis(199));
    assertThat(claimAll(10)).isEmpty();
    clock.advance(Duration.ofMillis(1));
    assertThat(claimAll(10)).hasSize(1);
    assertThat(claimAll(10)).isEmpty();
    clock.advance(Duration.ofSeconds(10));
    assertThat(claimAll(10)).hasSize(2);
  }

  @Test
  void aRateOfAQueueAndOfAGroupHold() {
    set("q:default", "- 1 1000 1 w");
    enqueueMany(3, spec().build());
    assertThat(claimAll(10)).hasSize(1);
    Claim none = claim(10);
    assertThat(none.leased()).isEmpty();
    assertThat(none.nextDue()).isEqualTo(clock.instant().plusSeconds(1));
    clock.advance(Duration.ofSeconds(1));
    assertThat(claimAll(10)).hasSize(1);
    set("q:default", "- - - - w");
    set("g:default", "- 1 1000 1 -");
    clock.advance(Duration.ofSeconds(1));
    succeed(claimAll(10));
    enqueueMany(3, inGroup("a"));
    enqueueMany(3, inGroup("b"));
    assertThat(groups(claimAll(10))).containsExactlyInAnyOrder("a", "b");
    assertThat(claimAll(10)).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(groups(claimAll(10))).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void unitsAreTakenFromTheRate() {
    set("l:big", "- 10 1000 10 w");
    enqueueMany(3, spec().limit(at("big")).units(6).build());
    assertThat(claimAll(10)).hasSize(1);
    assertThat(claim(10).nextDue()).isEqualTo(clock.instant().plusMillis(200));
    clock.advance(Duration.ofMillis(200));
    assertThat(claimAll(10)).hasSize(1);
  }

  @Test
  void unitsAreTakenFromTheRateOfAQueueToo() {
    set("q:default", "- 10 1000 10 w");
    enqueueMany(2, spec().units(6).build());
    assertThat(claimAll(10)).hasSize(1);
    Claim none = claim(10);
    assertThat(none.leased()).isEmpty();
    assertThat(none.nextDue()).isEqualTo(clock.instant().plusMillis(200));
    clock.advance(Duration.ofMillis(200));
    assertThat(claimAll(10)).hasSize(1);
  }

  @Test
  void aFullQueueWaits() {
    set("q:default", "2 - - - w");
    List<String> tasks = enqueueMany(5, spec().build());
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).isEqualTo(tasks.subList(0, 2));
    assertThat(claimAll(10)).isEmpty();
    succeed(leased.subList(0, 1));
    assertThat(ids(claimAll(10))).isEqualTo(tasks.subList(2, 3));
  }

  @Test
  void whatIsBeyondALimitIsDroppedWhereItSaysSo() {
    set("l:one", "1 - - - d");
    List<String> tasks = enqueueMany(3, limited("one"));
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(0));
    for (String dropped : tasks.subList(1, 3)) {
      assertThat(find(dropped).state()).isEqualTo(TaskState.CANCELLED);
      assertThat(find(dropped).reason()).isEqualTo(Reason.OVER_LIMIT);
    }
    succeed(leased);
    nothingIsLeftBehind();
  }

  @Test
  void whatALimitHasKeptWhileItWasClosedIsDroppedTooWhenItIsFull() {
    set("l:two", "2 - - - d");
    List<String> tasks = enqueueMany(3, limited("two"));
    List<Leased> leased = claimAll(2);
    settle(leased.get(0), slowedDown(Scope.LIMIT));
    set("l:two", "1 - - - d");
    assertThat(claimAll(10)).isEmpty();
    assertThat(find(tasks.get(2)).state()).isEqualTo(TaskState.PENDING);
    clock.advance(Duration.ofMinutes(1));
    assertThat(claimAll(10)).isEmpty();
    assertThat(List.of(find(tasks.get(0)), find(tasks.get(2))))
        .extracting(Task::reason)
        .containsOnly(Reason.OVER_LIMIT);
    succeed(leased.subList(1, 2));
    nothingIsLeftBehind();
  }

  @Test
  void theOldestIsCancelledWhereALimitSaysSo() {
    set("l:one", "1 - - - c");
    List<String> tasks = enqueueMany(2, limited("one"));
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(0));
    claimAll(10);
    assertThat(find(tasks.get(0)).cancelRequested()).isTrue();
    settle(leased.getFirst(), retryIn(Duration.ZERO));
    assertThat(find(tasks.get(0)).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(ids(claimAll(10))).containsExactly(tasks.get(1));
  }

  @Test
  void aSequenceRunsInTheOrderOfItsSubmissions() {
    TaskSpec spec = spec().sequence(sequence("customer 1")).build();
    List<String> tasks = new ArrayList<>(enqueueMany(2, spec));
    tasks.add(enqueue(spec().sequence(sequence("customer 1")).build()).id());
    String other = enqueue(spec().sequence(sequence("customer 2")).build()).id();
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactlyInAnyOrder(tasks.get(0), other);
    assertThat(stores.queues().find("default").orElseThrow().depth().get(TaskState.PENDING))
        .isEqualTo(2);
    settle(leased.getFirst(), retryIn(Duration.ofMinutes(1)));
    assertThat(claimAll(10)).isEmpty();
    clock.advance(Duration.ofMinutes(1));
    leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(0));
    succeed(leased);
    leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(1));
  }

  @Test
  void aRetryMayBeSteppedOver() {
    TaskSpec spec = spec().sequence(new Sequence(at("s"), Sequence.OnRetry.STEP_OVER)).build();
    List<String> tasks = enqueueMany(3, spec);
    settle(claimAll(10).getFirst(), retryIn(Duration.ofMinutes(1)));
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(1));
    clock.advance(Duration.ofMinutes(1));
    assertThat(claimAll(10)).isEmpty();
    succeed(leased);
    leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(0));
    succeed(leased);
    succeed(claimAll(10));
    assertThat(claimAll(10)).isEmpty();
    nothingIsLeftBehind();
  }

  @Test
  void aSequenceGoesOnWhenItsHeadIsCancelledOrPurged() {
    TaskSpec spec = spec().sequence(sequence("s")).build();
    List<String> tasks = enqueueMany(4, spec);
    stores.tasks().cancel(tasks.get(1));
    stores.tasks().cancel(tasks.get(0));
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(tasks.get(2));
    assertThat(stores.queues().purge("default")).isEqualTo(1);
    succeed(leased);
    nothingIsLeftBehind();
  }

  @Test
  void aSequenceWaitsForAHeadThatIsDueLater() {
    String first =
        enqueue(spec().sequence(sequence("s")).delay(Duration.ofMinutes(1)).build()).id();
    String second = enqueue(spec().sequence(sequence("s")).build()).id();
    assertThat(claimAll(10)).isEmpty();
    clock.advance(Duration.ofMinutes(1));
    List<Leased> leased = claimAll(10);
    assertThat(ids(leased)).containsExactly(first);
    succeed(leased);
    assertThat(ids(claimAll(10))).containsExactly(second);
  }

  @Test
  void oneRunsAndOneWaitsWithTheNewestPayload() {
    UniqueKey unique = UniqueKey.of(at("import")).orQueueOne();
    Task first = enqueue(spec().unique(unique).payload(Json.of("1")).build());
    List<Leased> leased = claimAll(10);
    Task second = enqueue(spec().unique(unique).payload(Json.of("2")).build());
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(claimAll(10)).isEmpty();
    assertThat(enqueue(spec().unique(unique).payload(Json.of("3")).build()).id())
        .isEqualTo(second.id());
    settle(leased.getFirst(), retryIn(Duration.ofSeconds(1)));
    assertThat(claimAll(10)).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    succeed(claimAll(10));
    leased = claimAll(10);
    assertThat(leased.getFirst().task().spec().payload()).isEqualTo(Json.of("3"));
    assertThat(leased.getFirst().task().spec().unique()).isEqualTo(unique);
    succeed(leased);
    nothingIsLeftBehind();
  }

  @Test
  void noMoreTasksOfAGroupWaitThanMay() {
    set("g:default", "- - - - 2");
    NewTask[] tasks = new NewTask[3];
    for (int i = 0; i < tasks.length; i++) {
      tasks[i] = new NewTask(newId(), inGroup("a"));
    }
    assertThat(stores.tasks().enqueue(List.of(tasks)))
        .extracting(Enqueued::refusal)
        .containsExactly(null, null, Refusal.GROUP_FULL);
    assertThat(stores.query().find(tasks[2].id())).isEmpty();
    assertThat(enqueueOne(inGroup("b")).refusal()).isNull();
    assertThat(enqueueOne(inGroup("a")).refusal()).isEqualTo(Refusal.GROUP_FULL);
    succeed(claimAll(1));
    assertThat(enqueueOne(inGroup("a")).refusal()).isNull();
    succeed(claimAll(10));
    nothingIsLeftBehind();
  }

  @Test
  void unitsAboveABurstAreRefused() {
    set("l:big", "- 10 1000 5 w");
    TaskSpec.Builder spec = spec().limit(at("big"));
    assertThat(enqueueOne(spec.units(5).build()).refusal()).isNull();
    assertThat(enqueueOne(spec.units(6).build()).refusal()).isEqualTo(Refusal.UNITS_ABOVE_BURST);
  }

  private Enqueued enqueueOne(TaskSpec spec) {
    return stores.tasks().enqueue(List.of(new NewTask(newId(), spec))).getFirst();
  }

  private static Outcome slowedDown(RateLimitedException.Scope scope) {
    return new Outcome.SlowedDown(Duration.ofMinutes(1), scope);
  }

  @Test
  void aGroupThatIsSlowedDownWaitsAndTheOthersDoNot() {
    List<String> slow = enqueueMany(3, inGroup("slow"));
    settle(claimAll(1).getFirst(), slowedDown(Scope.GROUP));
    enqueueMany(2, inGroup("other"));
    enqueueMany(1, inGroup("slow"));
    List<Leased> leased = claimAll(10);
    assertThat(groups(leased)).containsExactly("other", "other");
    Claim none = claim(10);
    assertThat(none.leased()).isEmpty();
    assertThat(none.nextDue()).isEqualTo(clock.instant().plusSeconds(60));
    clock.advance(Duration.ofSeconds(60));
    leased = claimAll(10);
    assertThat(ids(leased)).hasSize(4).startsWith(slow.get(0));
    assertThat(leased.getFirst().task().attempt()).isEqualTo(1);
  }

  @Test
  void aTypeAQueueAndALimitAreSlowedDown() {
    for (Scope scope : List.of(Scope.TYPE, Scope.QUEUE, Scope.LIMIT)) {
      List<String> slow = enqueueMany(2, limited("partner"));
      settle(claimAll(1).getFirst(), slowedDown(scope));
      String other = enqueue(TaskSpec.builder("other").limit(at("free")).build()).id();
      List<Leased> leased = claim(10, ClaimRequest.Fit.ofSlots(10), "t", "other");
      assertThat(ids(leased))
          .as("%s", scope)
          .isEqualTo(scope == Scope.QUEUE ? List.of() : List.of(other));
      Claim none = claim(10);
      assertThat(none.leased()).as("%s", scope).isEmpty();
      assertThat(none.nextDue()).as("%s", scope).isEqualTo(clock.instant().plusSeconds(60));
      clock.advance(Duration.ofSeconds(60));
      List<Leased> later = claim(10, ClaimRequest.Fit.ofSlots(10), "t", "other");
      assertThat(ids(later)).as("%s", scope).containsAll(slow);
      succeed(leased);
      succeed(later);
      assertThat(claimAll(10)).as("%s", scope).isEmpty();
    }
    nothingIsLeftBehind();
  }

  private List<Leased> claim(int free, ClaimRequest.Fit fit, String... types) {
    return claimOf(free, fit, types).leased();
  }

  private Claim claimOf(int free, ClaimRequest.Fit fit, String... types) {
    return stores
        .tasks()
        .claim(
            new ClaimRequest(
                "w2",
                newNonce(),
                home(),
                List.of("default"),
                Set.of(types),
                free,
                List.of(free, 0, 0, 0),
                LEASE,
                fit));
  }

  @Test
  void aTaskGoesToAWorkerWithItsLabels() {
    String gpu = enqueue(spec().requires(List.of("gpu", "region=eu")).build()).id();
    String grouped = enqueue(spec().requires(List.of("gpu")).group(at("a")).build()).id();
    String plain = enqueue(spec().build()).id();
    assertThat(ids(claimAll(10))).containsExactly(plain);
    assertThat(ids(claim(10, new ClaimRequest.Fit(10, List.of("gpu")), "t")))
        .containsExactly(grouped);
    assertThat(ids(claim(10, new ClaimRequest.Fit(10, List.of("gpu", "region=us")), "t")))
        .isEmpty();
    assertThat(ids(claim(10, new ClaimRequest.Fit(10, List.of("gpu", "region=eu", "x")), "t")))
        .containsExactly(gpu);
  }

  @Test
  void aTaskTakesItsSlots() {
    List<String> tasks = enqueueMany(3, spec().slots(4).build());
    String small = enqueue(spec().build()).id();
    assertThat(ids(claim(10, ClaimRequest.Fit.ofSlots(10), "t")))
        .containsExactlyElementsOf(tasks.subList(0, 2));
    // Its turn comes before that of the smaller one, which would fit.
    Claim full = claimOf(2, ClaimRequest.Fit.ofSlots(10), "t");
    assertThat(full.leased()).isEmpty();
    assertThat(full.waitsForSlots()).isEqualTo(find(tasks.get(2)));
    // For this worker it is too large at all times.
    assertThat(ids(claim(3, ClaimRequest.Fit.ofSlots(3), "t"))).containsExactly(small);
    assertThat(ids(claim(5, ClaimRequest.Fit.ofSlots(10), "t"))).containsExactly(tasks.get(2));
  }

  @Test
  void whatDidNotFitIsToldWithWhatDid() {
    List<String> tasks = enqueueMany(2, spec().slots(3).group(at("a")).build());
    Claim claim = claimOf(4, ClaimRequest.Fit.ofSlots(4), "t");
    assertThat(ids(claim.leased())).containsExactly(tasks.get(0));
    assertThat(claim.waitsForSlots()).isEqualTo(find(tasks.get(1)));
    succeed(claim.leased());
    claim = claimOf(4, ClaimRequest.Fit.ofSlots(4), "t");
    assertThat(ids(claim.leased())).containsExactly(tasks.get(1));
    assertThat(claim.waitsForSlots()).isNull();
    succeed(claim.leased());
    nothingIsLeftBehind();
  }

  @Test
  void aTaskMayTakeMoreSlotsThanACallGivesTasks() {
    String large = enqueue(spec().slots(500).build()).id();
    enqueueMany(300, spec().build());
    List<Leased> leased = claim(1_000, ClaimRequest.Fit.ofSlots(1_000), "t");
    assertThat(ids(leased)).hasSize(200).contains(large);
  }

  @Test
  void whatALimitHoldsBackWaitsForNoSlots() {
    set("l:l", "1 - - - w");
    List<String> tasks = enqueueMany(2, spec().slots(3).limit(at("l")).build());
    String small = enqueue(spec().build()).id();
    assertThat(ids(claim(3, ClaimRequest.Fit.ofSlots(4), "t"))).containsExactly(tasks.get(0));
    Claim claim = claimOf(1, ClaimRequest.Fit.ofSlots(4), "t");
    assertThat(ids(claim.leased())).containsExactly(small);
    assertThat(claim.waitsForSlots()).isNull();
  }

  @Test
  void groupsOfATypeThatSomeWorkersLackTakeTurnsToo() {
    for (String group : List.of("a", "b")) {
      enqueueMany(20, TaskSpec.builder("other").group(at(group)).build());
    }
    enqueueMany(2, inGroup("a"));
    List<Leased> leased = claimAll(10);
    assertThat(leased).hasSize(2);
    succeed(leased);
    leased = claim(10, ClaimRequest.Fit.ofSlots(10), "other");
    assertThat(groups(leased)).hasSize(10).contains("a", "b");
    assertThat(stores.queues().find("default").orElseThrow().depth().get(TaskState.PENDING))
        .isEqualTo(30);
    succeed(leased);
    while (!leased.isEmpty()) {
      leased = claim(50, ClaimRequest.Fit.ofSlots(50), "other");
      succeed(leased);
    }
    nothingIsLeftBehind();
  }

  @ParameterizedTest
  @EnumSource
  void aGroupKeepsItsPriorityWhereItStepsAside(Priority priority) {
    List<String> aside =
        enqueueMany(
            2, TaskSpec.builder("other").group(at("a")).limit(at("l")).priority(priority).build());
    assertThat(claimAll(10)).isEmpty();
    List<Leased> leased = claim(10, ClaimRequest.Fit.ofSlots(10), "other");
    assertThat(ids(leased)).isEqualTo(aside);
    succeed(leased);
    nothingIsLeftBehind();
  }

  private Obstacles obstacles(String id) {
    return stores.limits().obstacles(id);
  }

  private Obstacles byGates(Obstacles.Gate... gates) {
    return new Obstacles(List.of(gates), null, 0, null);
  }

  @Test
  void aFullLimitGroupOrQueueSaysWhatRuns() {
    set("l:two", "2 - - - w");
    List<String> tasks = enqueueMany(3, limited("two"));
    assertThat(obstacles(tasks.get(2))).isEqualTo(Obstacles.NONE);
    claimAll(1);
    clock.advance(Duration.ofMillis(1));
    claimAll(1);
    assertThat(obstacles(tasks.get(2)))
        .isEqualTo(byGates(new Full(Scope.LIMIT, 2, 2, tasks.get(0))));
    set("q:default", "1 - - - w");
    String plain = enqueue(spec().build()).id();
    assertThat(obstacles(plain)).isEqualTo(byGates(new Full(Scope.QUEUE, 1, 2, tasks.get(0))));
    set("q:default", "- - - - w");
    set("g:default", "1 - - - -");
    enqueueMany(1, inGroup("a"));
    Leased running =
        claimAll(5).stream().filter(one -> !one.task().id().equals(plain)).toList().getFirst();
    String next = enqueue(inGroup("a")).id();
    assertThat(obstacles(next))
        .isEqualTo(byGates(new Full(Scope.GROUP, 1, 1, running.task().id())));
    succeed(List.of(running));
    assertThat(obstacles(next)).isEqualTo(Obstacles.NONE);
  }

  @Test
  void aRateThatIsUsedUpSaysWhenItLetsATaskPass() {
    set("l:slow", "- 5 1000 2 w");
    List<String> tasks = enqueueMany(3, limited("slow"));
    String large = enqueue(spec().limit(at("slow")).units(2).build()).id();
    claimAll(10);
    Instant next = clock.instant().plusMillis(200);
    assertThat(obstacles(tasks.get(2))).isEqualTo(byGates(new RateUsedUp(Scope.LIMIT, next)));
    assertThat(obstacles(large))
        .isEqualTo(byGates(new RateUsedUp(Scope.LIMIT, next.plusMillis(200))));
    clock.advance(Duration.ofMillis(200));
    assertThat(obstacles(tasks.get(2))).isEqualTo(Obstacles.NONE);
  }

  @ParameterizedTest
  @EnumSource(value = Scope.class, names = "TASK", mode = EnumSource.Mode.EXCLUDE)
  void whatIsSlowedDownSaysUntilWhen(Scope scope) {
    TaskSpec spec = spec().group(at("a")).limit(at("a")).build();
    List<String> tasks = enqueueMany(2, spec);
    settle(claimAll(1).getFirst(), slowedDown(scope));
    assertThat(obstacles(tasks.get(1)))
        .isEqualTo(byGates(new Closed(scope, clock.instant().plus(Duration.ofMinutes(1)))));
    clock.advance(Duration.ofMinutes(1));
    assertThat(obstacles(tasks.get(1))).isEqualTo(Obstacles.NONE);
  }

  @Test
  void aPausedGroupSaysSo() {
    stores.limits().pauseGroup("default", at("a"));
    String task = enqueue(inGroup("a")).id();
    String later = enqueue(spec().group(at("a")).delay(Duration.ofMinutes(1)).build()).id();
    claimAll(5);
    assertThat(obstacles(task)).isEqualTo(byGates(new Paused(Scope.GROUP)));
    assertThat(obstacles(later)).isEqualTo(byGates(new Paused(Scope.GROUP)));
  }

  @Test
  void whoWaitsForItsTurnIsToldWhoHasIt() {
    List<String> tasks = enqueueMany(3, spec().sequence(sequence("s")).build());
    assertThat(obstacles(tasks.get(0))).isEqualTo(Obstacles.NONE);
    assertThat(obstacles(tasks.get(2)).turn()).isEqualTo(new Turn(tasks.get(0), 1));
    String later =
        enqueue(spec().sequence(sequence("s")).delay(Duration.ofMinutes(1)).build()).id();
    assertThat(obstacles(later).turn()).isEqualTo(new Turn(tasks.get(0), 2));
    succeed(claimAll(5));
    assertThat(obstacles(tasks.get(1))).isEqualTo(Obstacles.NONE);
    assertThat(obstacles(tasks.get(2)).turn()).isEqualTo(new Turn(tasks.get(1), 0));
  }

  @Test
  void whoWaitsForTheSecondTurnOfAUniqueKeyIsToldToo() {
    UniqueKey unique = UniqueKey.of(at("import")).orQueueOne();
    String first = enqueue(spec().unique(unique).build()).id();
    claimAll(1);
    String second = enqueue(spec().unique(unique).build()).id();
    assertThat(obstacles(second).turn()).isEqualTo(new Turn(first, 0));
  }

  @Test
  void aGroupKnowsHowManyHaveTheirTurnsBefore() {
    for (String group : List.of("a", "b", "c")) {
      enqueueMany(20, inGroup(group));
    }
    claimAll(3);
    String late = enqueue(inGroup("late")).id();
    assertThat(obstacles(late).groupsBefore()).isEqualTo(3);
    assertThat(stores.query().position(late)).contains(0L);
    String behind = enqueue(inGroup("late")).id();
    assertThat(stores.query().position(behind)).contains(1L);
    stores.limits().pauseGroup("default", at("a"));
    claimAll(2);
    assertThat(obstacles(late).groupsBefore()).isLessThan(3);
    enqueueMany(2, spec().priority(Priority.HIGH).build());
    assertThat(stores.query().position(behind)).contains(3L);
  }

  @Test
  void aTaskThatRunsOrHasEndedHasNoObstacles() {
    set("l:one", "1 - - - w");
    List<String> tasks = enqueueMany(2, limited("one"));
    claimAll(2);
    assertThat(obstacles(tasks.get(0))).isEqualTo(Obstacles.NONE);
    stores.tasks().cancel(tasks.get(1));
    assertThat(obstacles(tasks.get(1))).isEqualTo(Obstacles.NONE);
    assertThat(obstacles(newId())).isEqualTo(Obstacles.NONE);
  }
}
