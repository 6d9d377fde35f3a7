package io.taskorch.testing.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.ClaimRequest.Fit;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.RateLimitedException.Scope;
import io.taskorch.task.Reason;
import io.taskorch.task.Sequence;
import io.taskorch.task.Sequence.OnRetry;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueKey;
import io.taskorch.testing.FlowKeys;
import io.taskorch.testing.ManualClock;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Random tasks of two queues with groups, limits, sequences, unique keys, labels and slots; workers
 * that succeed, fail, are told to slow down and die; people who cancel, change limits and pause
 * groups; replies that get lost. What Redis' records say is looked at after each of these.
 */
final class FlowTrial implements AutoCloseable {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final List<String> QUEUES = List.of(TaskSpec.DEFAULT_QUEUE, "images");
  private static final List<String> GROUPS = List.of("a", "b", "c");

  /** What each of them can take: the first one everything. */
  private static final List<Fit> WORKERS =
      List.of(new Fit(50, List.of("gpu")), Fit.ofSlots(4), new Fit(4, List.of("gpu")));

  /** One at a time: a task that finds it full is dropped, or has the one that runs cancelled. */
  private static final String DROPPING = "dropping";

  private static final String CANCELLING = "cancelling";

  /** A rate of five units a second, three at once. */
  private static final String RATED = "rated";

  private static final int RATE = 5;
  private static final int BURST = 3;

  /** May run at a time. */
  private final Map<String, Integer> most =
      new HashMap<>(Map.of("one", 1, "three", 3, DROPPING, 1, CANCELLING, 1));

  private static final Pattern RING_OR_LINES =
      Pattern.compile(
          "q:(?<queue>[^:]+):(lane:(?<lane>[^:]+):)?(ring|lines):(?<band>[0-3])(:(?<group>.+))?");

  private final TestNamespace namespace = TestNamespace.open(TestRedis.uri(), 1);
  private final Stores stores = namespace.stores();
  private final ManualClock clock = namespace.clock();
  private final Random random;
  private final List<Leased> held = new ArrayList<>();

  /** Gates of groups. */
  private final List<String> paused = new ArrayList<>();

  /** Units in the bucket of {@link #RATED}, as of a time. */
  private double tokens = BURST;

  private Instant counted;
  private int mostOfAGroup = 2;

  FlowTrial(long seed) {
    this.random = new Random(seed);
    clock.stop();
    this.counted = clock.instant();
    most.forEach((limit, running) -> set("l:" + limit, running + " - - - " + onLimit(limit)));
    set("l:" + RATED, "- " + RATE + " 1000 " + BURST + " w");
    limitGroups();
  }

  private static String onLimit(String limit) {
    return switch (limit) {
      case DROPPING -> "d";
      case CANCELLING -> "c";
      default -> "w";
    };
  }

  private void limitGroups() {
    QUEUES.forEach(queue -> set("g:" + queue, mostOfAGroup + " - - - -"));
  }

  private static String key(TestNamespace namespace, String rest) {
    return "{" + namespace.name() + ":0}:" + rest;
  }

  private void set(String gate, String settings) {
    namespace.raw().number("HSET", key(namespace, "gates"), gate, settings);
    // As those who set limits do: gates at which something waits are looked at again.
    for (String parked : namespace.raw().texts("ZRANGE", key(namespace, "parking"), "0", "-1")) {
      namespace.raw().number("ZADD", key(namespace, "parking"), "XX", "0", parked);
    }
  }

  /** Does so many things, then lets all that waits run and looks at what is left. */
  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
      permitsAreThoseOfRunningTasks();
      whatIsParkedWaitsAtAGate();
    }
    drain();
    nothingIsLeftBehind();
  }

  private void step() {
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> submit();
      case 5, 6, 7, 8 -> claim(random.nextInt(WORKERS.size()), 1 + random.nextInt(4));
      case 9, 10, 11, 12, 13 -> settleOne();
      case 14 -> clock.advance(Duration.ofMillis(random.nextInt(1_500)));
      case 15 -> crash();
      case 16 -> cancelOne();
      case 17 -> changeLimits();
      case 18 -> pauseOrResume();
      default -> nothingWaitsWithoutAReason();
    }
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private void submit() {
    List<NewTask> tasks = new ArrayList<>();
    for (int i = random.nextInt(5); i >= 0; i--) {
      tasks.add(new NewTask(stores.partitions().newId(0, clock.instant()), newTask()));
    }
    var unused = made(() -> stores.tasks().enqueue(tasks));
  }

  /** What a call says, which is made again now and then, as if its reply had been lost. */
  private <T> T made(Supplier<T> call) {
    T reply = call.get();
    if (random.nextInt(5) == 0) {
      var unused = call.get();
    }
    return reply;
  }

  private TaskSpec newTask() {
    TaskSpec.Builder task =
        TaskSpec.builder("t")
            .queue(oneOf(QUEUES))
            .priority(oneOf(List.of(Priority.values())))
            .slots(random.nextInt(6) == 0 ? 1 + random.nextInt(3) : 1)
            .requires(random.nextInt(6) == 0 ? List.of("gpu") : List.of());
    if (random.nextInt(3) > 0) {
      task.group(oneOf(GROUPS));
    }
    String limit = oneOf(List.of("none", "none", "one", "three", RATED, DROPPING, CANCELLING));
    if (!limit.equals("none")) {
      task.limit(limit).units(limit.equals(RATED) ? 1 + random.nextInt(BURST) : 1);
    }
    if (random.nextInt(4) == 0) {
      String key = oneOf(List.of("x", "y"));
      task.sequence(new Sequence(key, key.equals("x") ? OnRetry.WAIT : OnRetry.STEP_OVER));
    } else if (random.nextInt(6) == 0) {
      task.unique(UniqueKey.of("u").orQueueOne());
    }
    if (random.nextInt(5) == 0) {
      task.delay(Duration.ofMillis(1 + random.nextInt(1_000)));
    }
    return task.build();
  }

  private Claim claim(int worker, int free) {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    Map<String, Long> before = runningByGate();
    ClaimRequest request =
        new ClaimRequest(
            "w" + worker,
            Base64.getUrlEncoder().withoutPadding().encodeToString(nonce),
            0,
            random.nextBoolean() ? QUEUES : QUEUES.reversed(),
            Set.of("t"),
            free,
            List.of(free, 0, 0, 0),
            LEASE,
            WORKERS.get(worker));
    Claim claim = stores.tasks().claim(request);
    // One that took nothing is not remembered.
    if (!claim.leased().isEmpty() && random.nextInt(5) == 0) {
      assertThat(ids(stores.tasks().claim(request))).isEqualTo(ids(claim));
    }
    // Of which nobody hears runs until its lease ends.
    if (random.nextInt(20) > 0) {
      held.addAll(claim.leased());
    }
    int slots = 0;
    for (Leased leased : claim.leased()) {
      Flow flow = leased.task().spec().flow();
      slots += flow.slots();
      assertThat(WORKERS.get(worker).labels()).containsAll(flow.requires());
      assertThat(gatesOf(leased.task())).noneMatch(paused::contains);
      if (RATED.equals(flow.limit())) {
        refill();
        tokens -= flow.units();
        assertThat(tokens).as("units left of the rate").isGreaterThan(-0.01);
      }
    }
    assertThat(slots).isLessThanOrEqualTo(free);
    runningByGate()
        .forEach(
            (gate, running) ->
                assertThat(running)
                    .as("running at gate %s", gate)
                    .isLessThanOrEqualTo(Math.max(mostAt(gate), before.getOrDefault(gate, 0L))));
    return claim;
  }

  private static List<String> ids(Claim claim) {
    return claim.leased().stream().map(one -> one.task().id()).toList();
  }

  private void refill() {
    double seconds = Duration.between(counted, clock.instant()).toMillis() / 1000.0;
    tokens = Math.min(BURST, tokens + seconds * RATE);
    counted = clock.instant();
  }

  private long mostAt(String gate) {
    return gate.startsWith("g:") ? mostOfAGroup : most.getOrDefault(gate.substring(2), 1_000);
  }

  private List<Task> tasksIn(TaskState state) {
    List<Task> tasks = new ArrayList<>();
    String cursor = null;
    do {
      var page =
          stores
              .query()
              .list(
                  new TaskFilter(
                      List.of(state),
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      false,
                      500,
                      cursor));
      tasks.addAll(page.tasks());
      cursor = page.nextCursor().orElse(null);
    } while (cursor != null);
    return tasks;
  }

  private static List<String> gatesOf(Task task) {
    List<String> gates = new ArrayList<>();
    Flow flow = task.spec().flow();
    if (flow.group() != null) {
      gates.add("g:" + task.spec().queue() + ":" + flow.group());
    }
    if (flow.limit() != null) {
      gates.add("l:" + flow.limit());
    }
    return gates;
  }

  private Map<String, Long> runningByGate() {
    Map<String, Long> running = new HashMap<>();
    for (Task task : tasksIn(TaskState.RUNNING)) {
      gatesOf(task).forEach(gate -> running.merge(gate, 1L, Long::sum));
    }
    return running;
  }

  private void permitsAreThoseOfRunningTasks() {
    Map<String, Set<String>> right = new HashMap<>();
    for (Task task : tasksIn(TaskState.RUNNING)) {
      gatesOf(task)
          .forEach(gate -> right.computeIfAbsent(gate, g -> new TreeSet<>()).add(task.id()));
    }
    Map<String, Set<String>> stored = new HashMap<>();
    String prefix = key(namespace, "held:");
    for (String permits : namespace.raw().keys(prefix)) {
      stored.put(
          permits.substring(prefix.length()),
          new TreeSet<>(namespace.raw().texts("ZRANGE", permits, "0", "-1")));
    }
    assertThat(stored).isEqualTo(right);
  }

  /** Else nobody would put it in again. */
  private void whatIsParkedWaitsAtAGate() {
    Set<String> waiting = new TreeSet<>();
    for (String gate : namespace.raw().texts("ZRANGE", key(namespace, "parking"), "0", "-1")) {
      waiting.addAll(namespace.raw().texts("ZRANGE", key(namespace, "parked:" + gate), "0", "-1"));
    }
    for (String key : namespace.raw().keys(key(namespace, "q:"))) {
      Matcher ring = RING_OR_LINES.matcher(key.substring(key.indexOf("}:") + 2));
      if (ring.matches()) {
        String lane = Objects.requireNonNullElse(ring.group("lane"), "-");
        String section = ring.group("queue") + " " + lane + " " + ring.group("band") + " ";
        String group = ring.group("group");
        for (String parked : parkedIn(key)) {
          assertThat(waiting)
              .as("who waits at gates: %s", stored())
              .contains(section + (group == null ? parked + " -" : group + " " + parked));
        }
      }
    }
  }

  private List<String> parkedIn(String key) {
    return namespace.raw().texts("ZRANGE", key, "4000000000000000", "+inf", "BYSCORE");
  }

  private void settleOne() {
    if (held.isEmpty()) {
      return;
    }
    Leased leased = held.remove(random.nextInt(held.size()));
    TaskError error = TaskError.of("exception", "no");
    Flow flow = leased.task().spec().flow();
    Outcome outcome =
        switch (random.nextInt(8)) {
          case 0 -> new Outcome.Retrying(error, Duration.ofMillis(random.nextInt(900)), 50);
          case 1 -> new Outcome.Failed(error, Reason.PERMANENT_ERROR, 50);
          case 2 -> new Outcome.Released();
          case 3 -> new Outcome.Snoozed(Duration.ofMillis(100));
          case 4 ->
              flow.group() != null
                  ? new Outcome.SlowedDown(Duration.ofMillis(700), Scope.GROUP)
                  : new Outcome.Released();
          case 5 ->
              flow.limit() != null
                  ? new Outcome.SlowedDown(Duration.ofMillis(700), Scope.LIMIT)
                  : new Outcome.Released();
          default -> new Outcome.Succeeded(Json.of("1"));
        };
    var unused =
        made(() -> stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome))));
  }

  /** All workers die, and what they had is taken back. */
  private void crash() {
    held.clear();
    clock.advance(LEASE.plusSeconds(31));
    reap();
  }

  private void reap() {
    for (int i = 0; i < 2; i++) {
      var unused = stores.upkeep().reap(0, Duration.ZERO);
    }
  }

  private void cancelOne() {
    List<Task> tasks = tasksIn(oneOf(List.of(TaskState.PENDING, TaskState.RUNNING)));
    if (!tasks.isEmpty()) {
      String id = oneOf(tasks).id();
      var unused = made(() -> stores.tasks().cancel(id));
    }
  }

  private void changeLimits() {
    most.put("one", 1 + random.nextInt(2));
    set("l:one", most.get("one") + " - - - w");
    mostOfAGroup = 1 + random.nextInt(3);
    limitGroups();
  }

  private void pauseOrResume() {
    String queue = oneOf(QUEUES);
    String group = oneOf(GROUPS);
    String gate = "g:" + queue + ":" + group;
    if (paused.remove(gate)) {
      stores.limits().resumeGroup(queue, group);
    } else {
      stores.limits().pauseGroup(queue, group);
      paused.add(gate);
    }
  }

  private void claimAll() {
    Claim claim;
    do {
      claim = claim(0, 50);
    } while (!claim.leased().isEmpty() || clock.instant().equals(claim.nextDue()));
  }

  /** After a worker with free slots has asked, all that still waits has something to wait for. */
  private void nothingWaitsWithoutAReason() {
    claimAll();
    refill();
    Map<String, Long> running = runningByGate();
    for (Task task : tasksIn(TaskState.PENDING)) {
      assertThat(reasonOf(task, running))
          .as("what %s waits for, at %s: %s", task, clock.instant().toEpochMilli(), stored())
          .isNotNull();
    }
  }

  /** What decides who may run, as it is stored. */
  private Map<String, Object> stored() {
    Map<String, Object> stored = new TreeMap<>();
    for (String key : namespace.raw().keys(key(namespace, ""))) {
      String name = key.substring(key.indexOf("}:") + 2);
      if (name.matches("(held|parked|parking|closed|q:.*:(ring|line|lines|limited|ready)).*")) {
        stored.put(
            name,
            name.endsWith("limited")
                ? namespace.raw().texts("SMEMBERS", key)
                : namespace.raw().texts("ZRANGE", key, "0", "-1", "WITHSCORES"));
      }
    }
    return stored;
  }

  private @Nullable String reasonOf(Task task, Map<String, Long> running) {
    Flow flow = task.spec().flow();
    for (String gate : gatesOf(task)) {
      if (running.getOrDefault(gate, 0L) >= mostAt(gate) && !gate.equals("l:" + DROPPING)) {
        return gate + " is full";
      }
      String until = namespace.raw().text("ZSCORE", key(namespace, "closed"), gate);
      if (until != null
          && (until.contains("inf")
              || Double.parseDouble(until) > clock.instant().toEpochMilli())) {
        return gate + " is closed";
      }
    }
    // One that counts for more may stand in front of it.
    if (RATED.equals(flow.limit()) && tokens < BURST - 0.01) {
      return "the rate is used up";
    }
    boolean takesTurns = flow.sequence() != null || task.spec().unique() != null;
    return takesTurns && !hasItsTurn(task) ? "it is another one's turn" : null;
  }

  private boolean hasItsTurn(Task task) {
    for (String turn : namespace.raw().keys(key(namespace, "turn:"))) {
      if (!turn.endsWith(":waiting") && task.id().equals(namespace.raw().text("GET", turn))) {
        return true;
      }
    }
    return false;
  }

  private void drain() {
    QUEUES.forEach(queue -> GROUPS.forEach(group -> stores.limits().resumeGroup(queue, group)));
    paused.clear();
    for (int i = 0; i < 10_000 && !isEmpty(); i++) {
      reap();
      claimAll();
      stores
          .tasks()
          .settle(
              held.stream()
                  .map(
                      leased -> new Settlement(leased.lease(), new Outcome.Succeeded(Json.of("1"))))
                  .toList());
      // Where nothing can start, only the end of leases and times helps.
      clock.advance(held.isEmpty() ? LEASE.plusSeconds(31) : Duration.ofMillis(500));
      held.clear();
    }
    assertThat(isEmpty()).as("all that was submitted has ended").isTrue();
  }

  private boolean isEmpty() {
    return List.of(TaskState.PENDING, TaskState.SCHEDULED, TaskState.RETRYING, TaskState.RUNNING)
        .stream()
        .allMatch(state -> tasksIn(state).isEmpty());
  }

  private void nothingIsLeftBehind() {
    assertThat(claim(0, 10).leased()).isEmpty();
    assertThat(FlowKeys.in(namespace, key(namespace, ""))).isEmpty();
  }

  @Override
  public void close() {
    namespace.close();
  }
}
