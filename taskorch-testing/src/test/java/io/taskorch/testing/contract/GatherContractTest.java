package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewTask;
import io.taskorch.store.Obstacles;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Gathering;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.RateLimitedException.Scope;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.FlowKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tasks of one key are claimed together, when so many are ready or the first has waited so long.
 */
@ParameterizedClass
@EnumSource(Setup.class)
class GatherContractTest extends Contract {

  private static final Outcome SUCCESS = new Outcome.Succeeded(Json.of("1"));
  private static final int SIZE = 5;
  private static final Duration WITHIN = Duration.ofSeconds(2);
  private static final Duration ONE_MS = Duration.ofMillis(1);

  private static TaskSpec.Builder spec() {
    return TaskSpec.builder("t");
  }

  private TaskSpec inGroup(String group) {
    return spec().group(at(group)).build();
  }

  private String key(String rest) {
    return "{" + namespace.name() + ":" + home() + "}:" + rest;
  }

  private ClaimRequest gathering(String nonce, int free) {
    return gathering(nonce, free, SIZE);
  }

  private ClaimRequest gathering(String nonce, int free, int size) {
    return new ClaimRequest(
        "gatherer",
        nonce,
        home(),
        List.of("default"),
        Set.of("t", "plain"),
        free,
        List.of(free, 0, 0, 0),
        LEASE,
        new ClaimRequest.Fit(10, List.of(), Map.of("t", new Gathering(size, WITHIN))));
  }

  /** What a worker with four free slots is given until it is told to come back later. */
  private List<List<Leased>> gatherAll() {
    return gatherAll(4);
  }

  private List<List<Leased>> gatherAll(int free) {
    List<List<Leased>> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      Claim claim = stores.tasks().claim(gathering(newNonce(), free));
      if (!claim.leased().isEmpty()) {
        all.add(claim.leased());
      } else if (claim.nextDue() == null || claim.nextDue().isAfter(claim.now())) {
        return all;
      }
    }
    throw new AssertionError("the claims do not come to an end");
  }

  private Instant comesBackAt() {
    assertThat(gatherAll()).isEmpty();
    return Objects.requireNonNull(stores.tasks().claim(gathering(newNonce(), 4)).nextDue());
  }

  private static List<String> ids(List<Leased> leased) {
    return leased.stream().map(one -> one.task().id()).toList();
  }

  private static List<Leased> flat(List<List<Leased>> claims) {
    return claims.stream().flatMap(List::stream).toList();
  }

  private void succeed(List<Leased> leased) {
    stores
        .tasks()
        .settle(leased.stream().map(one -> new Settlement(one.lease(), SUCCESS)).toList());
  }

  private void nothingIsLeftBehind() {
    assertThat(FlowKeys.in(namespace, key(""))).isEmpty();
  }

  @Test
  void theyAreGivenAtOnceWhenThereAreEnough() {
    List<String> tasks = enqueueMany(SIZE, spec().build());
    assertThat(gatherAll()).map(GatherContractTest::ids).containsExactly(tasks);
  }

  @Test
  void theyAreGivenWhenTheFirstHasWaitedLongEnough_NotAMillisecondSooner() {
    List<String> tasks = new ArrayList<>(enqueueMany(2, spec().build()));
    Instant first = clock.instant();
    assertThat(comesBackAt()).isEqualTo(first.plus(WITHIN));
    clock.advance(Duration.ofSeconds(1));
    tasks.addAll(enqueueMany(1, spec().build()));
    assertThat(comesBackAt()).isEqualTo(first.plus(WITHIN));
    clock.advance(Duration.ofSeconds(1).minus(ONE_MS));
    assertThat(gatherAll()).isEmpty();
    clock.advance(ONE_MS);
    List<List<Leased>> claims = gatherAll();
    assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks);
    succeed(flat(claims));
    nothingIsLeftBehind();
  }

  @Test
  void oneThatWaitsForOthersSaysUntilWhen() {
    for (TaskSpec spec : List.of(spec().build(), inGroup("a"))) {
      String task = enqueue(spec).id();
      assertThat(stores.limits().obstacles(task).waitsForOthers()).isNull();
      assertThat(gatherAll()).isEmpty();
      assertThat(stores.limits().obstacles(task).waitsForOthers())
          .isEqualTo(clock.instant().plus(WITHIN));
      clock.advance(WITHIN);
      succeed(flat(gatherAll()));
      assertThat(stores.limits().obstacles(task)).isEqualTo(Obstacles.NONE);
    }
  }

  @Test
  void thoseThatWaitAreGivenAtOnceWhenTheRestComes() {
    for (TaskSpec spec : List.of(spec().build(), inGroup("a"))) {
      List<String> tasks = new ArrayList<>(enqueueMany(SIZE - 1, spec));
      assertThat(gatherAll()).isEmpty();
      tasks.addAll(enqueueMany(1, spec));
      List<List<Leased>> claims = gatherAll();
      assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks);
      succeed(flat(claims));
    }
    nothingIsLeftBehind();
  }

  @Test
  void aWorkerWithoutTheHandlerMayBringTheRest() {
    for (TaskSpec spec : List.of(spec().build(), inGroup("a"))) {
      enqueueMany(SIZE - 1, spec);
      assertThat(gatherAll()).isEmpty();
      enqueue(spec);
      ClaimRequest other = request("w2", 5, List.of(5, 0, 0, 0), "something");
      assertThat(stores.tasks().claim(other).leased()).isEmpty();
      List<List<Leased>> claims = gatherAll();
      assertThat(claims).hasSize(1);
      assertThat(flat(claims)).hasSize(SIZE);
      succeed(flat(claims));
    }
    nothingIsLeftBehind();
  }

  @Test
  void moreThanEnoughAreGivenInLotsOfThatSize_AndTheRestWaits() {
    List<String> tasks = enqueueMany(2 * SIZE + 1, spec().build());
    List<List<Leased>> claims = gatherAll(1);
    assertThat(claims)
        .map(GatherContractTest::ids)
        .containsExactly(tasks.subList(0, SIZE), tasks.subList(SIZE, 2 * SIZE));
    clock.advance(WITHIN);
    assertThat(gatherAll(1))
        .map(GatherContractTest::ids)
        .containsExactly(tasks.subList(2 * SIZE, 2 * SIZE + 1));
  }

  @Test
  void groupsPrioritiesAndNeedsAreNotMixed() {
    List<TaskSpec> kinds =
        List.of(
            spec().build(),
            inGroup("a"),
            inGroup("b"),
            spec().priority(Priority.HIGH).build(),
            spec().group(at("a")).priority(Priority.HIGH).build(),
            spec().slots(2).build());
    List<Set<String>> tasks = new ArrayList<>();
    for (TaskSpec kind : kinds) {
      tasks.add(Set.copyOf(enqueueMany(SIZE - 1, kind)));
    }
    assertThat(gatherAll()).isEmpty();
    clock.advance(WITHIN);
    List<Leased> all = flat(gatherAll(10));
    assertThat(all).hasSize(kinds.size() * (SIZE - 1));
    // In a row, as a worker runs them.
    List<Set<String>> lots = new ArrayList<>();
    for (int i = 0; i < all.size(); i += SIZE - 1) {
      lots.add(Set.copyOf(ids(all.subList(i, i + SIZE - 1))));
    }
    assertThat(lots).containsExactlyInAnyOrderElementsOf(tasks);
    succeed(all);
    nothingIsLeftBehind();
  }

  @Test
  void aLotTakesTheSlotsOfOneTask() {
    for (String group : List.of("a", "b", "c")) {
      enqueueMany(SIZE, spec().group(at(group)).slots(2).build());
    }
    // Four slots have room for two.
    Claim claim = claimWhenTheyStandAside(4);
    assertThat(claim.leased()).hasSize(2 * SIZE);
    Claim full = stores.tasks().claim(gathering(newNonce(), 1));
    assertThat(full.leased()).isEmpty();
    assertThat(Objects.requireNonNull(full.waitsForSlots()).spec().flow().group())
        .isEqualTo(at("c"));
    assertThat(stores.tasks().claim(gathering(newNonce(), 2)).leased()).hasSize(SIZE);
  }

  /** After a first claim which has had them step aside, and which may have taken some. */
  private Claim claimWhenTheyStandAside(int free) {
    stores.tasks().claim(request("w2", 1, List.of(1, 0, 0, 0), "something"));
    return stores.tasks().claim(gathering(newNonce(), free));
  }

  @Test
  void othersAreNotHeldUp() {
    enqueueMany(SIZE - 1, spec().build());
    List<String> plain = enqueueMany(3, TaskSpec.builder("plain").build());
    assertThat(ids(flat(gatherAll()))).containsExactlyInAnyOrderElementsOf(plain);
  }

  @Test
  void neitherTheyNorOthersTakeAllSlots() {
    enqueueMany(200, spec().build());
    enqueueMany(200, TaskSpec.builder("plain").build());
    int lots = 0;
    int others = 0;
    for (int i = 0; i < 60; i++) {
      Claim claim = stores.tasks().claim(gathering(newNonce(), 1));
      if (!claim.leased().isEmpty()) {
        boolean plain = claim.leased().getFirst().task().spec().type().equals("plain");
        lots += plain ? 0 : 1;
        others += plain ? 1 : 0;
      }
      succeed(claim.leased());
    }
    assertThat(lots).isBetween(10, 50);
    assertThat(others).isBetween(10, 50);
  }

  @Test
  void aLimitCountsTasks() {
    namespace.raw().number("HSET", key("gates"), "l:" + at("l"), "3 - - - w");
    List<String> tasks = enqueueMany(SIZE, spec().limit(at("l")).build());
    assertThat(gatherAll()).isEmpty();
    clock.advance(WITHIN);
    List<List<Leased>> claims = gatherAll();
    assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks.subList(0, 3));
    succeed(flat(claims));
    claims = gatherAll();
    assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks.subList(3, SIZE));
    succeed(flat(claims));
    nothingIsLeftBehind();
  }

  @Test
  void aGroupsConcurrencyAndAQueuesCountTasks() {
    for (String gate : List.of("g:default", "q:default")) {
      namespace
          .raw()
          .number(
              "HSET",
              key("gates"),
              gate,
              "3 - - - -".replaceFirst("-$", gate.startsWith("q") ? "w" : "-"));
      List<String> tasks = enqueueMany(SIZE, inGroup("a"));
      List<List<Leased>> claims = gatherAll();
      assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks.subList(0, 3));
      assertThat(gatherAll()).isEmpty();
      succeed(flat(claims));
      clock.advance(WITHIN);
      claims = gatherAll();
      assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks.subList(3, SIZE));
      succeed(flat(claims));
      namespace.raw().number("HDEL", key("gates"), gate);
    }
    nothingIsLeftBehind();
  }

  @Test
  void aPauseHolds() {
    List<String> tasks = enqueueMany(SIZE, inGroup("a"));
    stores.limits().pauseGroup("default", at("a"));
    assertThat(gatherAll()).isEmpty();
    clock.advance(WITHIN);
    assertThat(gatherAll()).isEmpty();
    stores.limits().resumeGroup("default", at("a"));
    assertThat(gatherAll()).map(GatherContractTest::ids).containsExactly(tasks);
  }

  @Test
  void aTypeThatIsSlowedDownWaits() {
    enqueueMany(SIZE, inGroup("a"));
    List<Leased> leased = flat(gatherAll());
    stores
        .tasks()
        .settle(
            leased.stream()
                .map(
                    one ->
                        new Settlement(
                            one.lease(),
                            new Outcome.SlowedDown(Duration.ofSeconds(60), Scope.TYPE)))
                .toList());
    assertThat(comesBackAt()).isEqualTo(clock.instant().plusSeconds(60));
    clock.advance(Duration.ofSeconds(60));
    assertThat(ids(flat(gatherAll()))).containsExactlyInAnyOrderElementsOf(ids(leased));
  }

  @Test
  void oneThatWaitsIsListedCountedFoundAndCancelled() {
    for (TaskSpec spec : List.of(spec().build(), inGroup("a"))) {
      List<String> tasks = enqueueMany(3, spec);
      assertThat(gatherAll()).isEmpty();
      assertThat(stores.queues().find("default").orElseThrow().depth().get(TaskState.PENDING))
          .isEqualTo(3);
      assertThat(stores.query().position(tasks.get(2))).hasValue(2L);
      assertThat(stores.tasks().cancel(tasks.get(0)).state()).isEqualTo(TaskState.CANCELLED);
      clock.advance(WITHIN);
      List<List<Leased>> claims = gatherAll();
      assertThat(claims).map(GatherContractTest::ids).containsExactly(tasks.subList(1, 3));
      succeed(flat(claims));
    }
    nothingIsLeftBehind();
  }

  @Test
  void keysWhoseTasksHaveAllLeftAreForgotten() {
    for (TaskSpec spec : List.of(spec().build(), inGroup("a"), spec().limit(at("l")).build())) {
      List<String> tasks = enqueueMany(3, spec);
      assertThat(gatherAll()).isEmpty();
      tasks.forEach(id -> stores.tasks().cancel(id));
    }
    enqueueMany(3, spec().build());
    enqueueMany(3, inGroup("a"));
    assertThat(gatherAll()).isEmpty();
    assertThat(stores.queues().purge("default")).isEqualTo(6);
    clock.advance(WITHIN);
    assertThat(gatherAll()).isEmpty();
    nothingIsLeftBehind();
  }

  @Test
  void oneThatIsTooLateEnds_TheOthersAreGiven() {
    String late = enqueue(spec().startBefore(clock.instant().plusSeconds(1)).build()).id();
    List<String> tasks = enqueueMany(2, spec().build());
    assertThat(gatherAll()).isEmpty();
    clock.advance(WITHIN);
    assertThat(gatherAll()).map(GatherContractTest::ids).containsExactly(tasks);
    assertThat(find(late).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(find(late).reason()).isEqualTo(Reason.EXPIRED);
  }

  @Test
  void aClaimThatIsRepeatedGivesTheSame() {
    enqueueMany(SIZE, inGroup("a"));
    stores.tasks().claim(request("w2", 1, List.of(1, 0, 0, 0), "something"));
    String nonce = newNonce();
    Claim claim = stores.tasks().claim(gathering(nonce, 4));
    assertThat(claim.leased()).hasSize(SIZE);
    Claim repeated = stores.tasks().claim(gathering(nonce, 4));
    assertThat(ids(repeated.leased())).isEqualTo(ids(claim.leased()));
    assertThat(repeated.leased().getFirst().lease()).isEqualTo(claim.leased().getFirst().lease());
  }

  @Test
  void aWorkerThatTakesThemOneByOneTakesThemToo() {
    List<String> tasks = enqueueMany(SIZE - 1, spec().build());
    assertThat(gatherAll()).isEmpty();
    List<Leased> leased = claim(10).leased();
    assertThat(ids(leased)).isEqualTo(tasks);
    succeed(leased);
    enqueueMany(SIZE - 1, inGroup("a"));
    assertThat(gatherAll()).isEmpty();
    clock.advance(WITHIN);
    leased = claim(10).leased();
    assertThat(leased).hasSize(SIZE - 1);
    succeed(leased);
    assertThat(gatherAll()).isEmpty();
    nothingIsLeftBehind();
  }

  @Test
  void whatIsGivenBackIsGatheredAgain() {
    List<String> tasks = enqueueMany(SIZE, inGroup("a"));
    List<Leased> leased = flat(gatherAll());
    stores
        .tasks()
        .settle(
            leased.stream().map(o -> new Settlement(o.lease(), new Outcome.Released())).toList());
    assertThat(gatherAll())
        .singleElement()
        .satisfies(l -> assertThat(ids(l)).containsExactlyInAnyOrderElementsOf(tasks));
    clock.advance(LEASE.plusSeconds(1));
    assertThat(reapAfterStall().released()).isEqualTo(SIZE);
    assertThat(gatherAll())
        .singleElement()
        .satisfies(l -> assertThat(ids(l)).containsExactlyInAnyOrderElementsOf(tasks));
  }

  @Test
  void keysThatAreNotTogetherCostAClaimNothing() {
    enqueue(spec().build());
    enqueue(inGroup("one"));
    assertThat(gatherAll()).isEmpty();
    long before = commandsOfAClaim();
    stores
        .tasks()
        .enqueue(
            IntStream.range(0, 1_000)
                .mapToObj(i -> new NewTask(newId(), inGroup("g" + i)))
                .toList());
    assertThat(gatherAll()).isEmpty();
    assertThat(commandsOfAClaim()).isEqualTo(before);
    clock.advance(WITHIN);
    List<Leased> leased = flat(gatherAll(10));
    assertThat(leased).hasSize(1_002);
    succeed(leased);
    assertThat(gatherAll()).isEmpty();
    nothingIsLeftBehind();
  }

  private long commandsOfAClaim() {
    long before = commands();
    assertThat(stores.tasks().claim(gathering(newNonce(), 4)).leased()).isEmpty();
    return commands() - before;
  }

  private long commands() {
    String stats = Objects.requireNonNull(namespace.raw().text("INFO", "commandstats"));
    return Arrays.stream(stats.split("\r\n"))
        .filter(line -> line.matches("cmdstat_(z|get|mget|set|h|exists|smismember).*"))
        .mapToLong(line -> Long.parseLong(line.replaceFirst(".*:calls=(\\d+),.*", "$1")))
        .sum();
  }

  @Test
  void largeTasksMayBeGivenInParts() {
    String large = "\"" + "x".repeat(250_000) + "\"";
    enqueueMany(SIZE, spec().payload(Json.of(large)).build());
    List<Leased> leased = flat(gatherAll());
    assertThat(leased).hasSizeBetween(3, SIZE);
    clock.advance(WITHIN);
    leased = new ArrayList<>(leased);
    leased.addAll(flat(gatherAll()));
    assertThat(leased).hasSize(SIZE);
  }

  @Test
  void onlySensibleSizesAndTimesAreTaken() {
    for (int size : List.of(1, 101)) {
      assertThatThrownBy(() -> new Gathering(size, WITHIN))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("size is " + size + ", not 2 to 100");
    }
    for (Duration within : List.of(Duration.ZERO, Duration.ofHours(1).plusMillis(1))) {
      assertThatThrownBy(() -> new Gathering(2, within))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("within is ");
    }
  }
}
