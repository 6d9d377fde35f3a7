package io.taskorch.testing.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
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
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Random tasks with groups, limits, sequences and unique keys; workers that succeed, fail, are told
 * to slow down and die; people who cancel, change limits and pause groups. What Redis' records say
 * is looked at after each of these.
 */
final class FlowTrial implements AutoCloseable {

  private static final Duration LEASE = Duration.ofSeconds(30);
  private static final String QUEUE = TaskSpec.DEFAULT_QUEUE;
  private static final List<String> GROUPS = List.of("a", "b", "c");

  /** A rate of five units a second, three at once. */
  private static final String RATED = "rated";

  private static final int RATE = 5;
  private static final int BURST = 3;

  /** May run at a time. */
  private final Map<String, Integer> most = new HashMap<>(Map.of("one", 1, "three", 3));

  private final TestNamespace namespace = TestNamespace.open(TestRedis.uri(), 1);
  private final Stores stores = namespace.stores();
  private final ManualClock clock = namespace.clock();
  private final Random random;
  private final List<Leased> held = new ArrayList<>();
  private final List<String> paused = new ArrayList<>();

  /** Units in the bucket of {@link #RATED}, as of a time. */
  private double tokens = BURST;

  private Instant counted;
  private int mostOfAGroup = 2;

  FlowTrial(long seed) {
    this.random = new Random(seed);
    clock.stop();
    this.counted = clock.instant();
    most.forEach((limit, running) -> set("l:" + limit, running + " - - - w"));
    set("l:" + RATED, "- " + RATE + " 1000 " + BURST + " w");
    set("g:" + QUEUE, mostOfAGroup + " - - - -");
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
      case 5, 6, 7, 8 -> claim("w" + random.nextInt(3), 1 + random.nextInt(4));
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
    var unused = stores.tasks().enqueue(tasks);
  }

  private TaskSpec newTask() {
    TaskSpec.Builder task = TaskSpec.builder("t").priority(oneOf(List.of(Priority.values())));
    if (random.nextInt(3) > 0) {
      task.group(oneOf(GROUPS));
    }
    String limit = oneOf(List.of("none", "one", "three", RATED));
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

  private Claim claim(String worker, int free) {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    Map<String, Long> before = runningByGate();
    Claim claim =
        stores
            .tasks()
            .claim(
                new ClaimRequest(
                    worker,
                    Base64.getUrlEncoder().withoutPadding().encodeToString(nonce),
                    0,
                    List.of(QUEUE),
                    Set.of("t"),
                    free,
                    List.of(free, 0, 0, 0),
                    LEASE));
    held.addAll(claim.leased());
    for (Leased leased : claim.leased()) {
      Flow flow = leased.task().spec().flow();
      assertThat(paused).doesNotContain(String.valueOf(flow.group()));
      if (RATED.equals(flow.limit())) {
        refill();
        tokens -= flow.units();
        assertThat(tokens).as("units left of the rate").isGreaterThan(-0.01);
      }
    }
    runningByGate()
        .forEach(
            (gate, running) ->
                assertThat(running)
                    .as("running at gate %s", gate)
                    .isLessThanOrEqualTo(Math.max(mostAt(gate), before.getOrDefault(gate, 0L))));
    return claim;
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
      gates.add("g:" + QUEUE + ":" + flow.group());
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
    for (int band = 0; band < Priority.values().length; band++) {
      String ring = key(namespace, "q:" + QUEUE + ":ring:" + band);
      for (String group : parkedIn(ring)) {
        assertThat(waiting).contains(QUEUE + " - " + band + " " + group + " -");
      }
      String prefix = key(namespace, "q:" + QUEUE + ":lines:" + band + ":");
      for (String lines : namespace.raw().keys(prefix)) {
        for (String limit : parkedIn(lines)) {
          assertThat(waiting)
              .as("who waits at gates: %s", stored())
              .contains(
                  QUEUE + " - " + band + " " + lines.substring(prefix.length()) + " " + limit);
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
    var unused = stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
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
      var unused = stores.tasks().cancel(oneOf(tasks).id());
    }
  }

  private void changeLimits() {
    most.put("one", 1 + random.nextInt(2));
    set("l:one", most.get("one") + " - - - w");
    mostOfAGroup = 1 + random.nextInt(3);
    set("g:" + QUEUE, mostOfAGroup + " - - - -");
  }

  private void pauseOrResume() {
    String group = oneOf(GROUPS);
    if (paused.remove(group)) {
      stores.limits().resumeGroup(QUEUE, group);
    } else {
      stores.limits().pauseGroup(QUEUE, group);
      paused.add(group);
    }
  }

  private void claimAll() {
    Claim claim;
    do {
      claim = claim("w0", 50);
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
      if (running.getOrDefault(gate, 0L) >= mostAt(gate)) {
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
    List.copyOf(paused).forEach(group -> stores.limits().resumeGroup(QUEUE, group));
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
      held.clear();
      clock.advance(Duration.ofMillis(500));
    }
    assertThat(isEmpty()).as("all that was submitted has ended").isTrue();
  }

  private boolean isEmpty() {
    return List.of(TaskState.PENDING, TaskState.SCHEDULED, TaskState.RETRYING, TaskState.RUNNING)
        .stream()
        .allMatch(state -> tasksIn(state).isEmpty());
  }

  private void nothingIsLeftBehind() {
    assertThat(claim("w0", 10).leased()).isEmpty();
    assertThat(FlowKeys.in(namespace, key(namespace, ""))).isEmpty();
  }

  @Override
  public void close() {
    namespace.close();
  }
}
