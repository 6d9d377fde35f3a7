package io.taskorch.testing.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchState;
import io.taskorch.client.ScheduleClient;
import io.taskorch.json.PayloadCodec;
import io.taskorch.redis.WatchedStores;
import io.taskorch.redis.WatchedStores.Killed;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.Target;
import io.taskorch.store.Claim;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewBatch;
import io.taskorch.store.NewRun;
import io.taskorch.store.NewTask;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.BatchLink;
import io.taskorch.task.Gathering;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueKey;
import io.taskorch.testing.FlowKeys;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import io.taskorch.testing.scripts.Script;
import io.taskorch.upkeep.OneFirer;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A program dies before or after each call that moves a run, a batch or a schedule, one after the
 * other in as many lives of the same ones; another program goes on, and everything ends as if
 * nobody had died. Whoever asked for something that was not answered asks again, in the same words.
 */
class KillTest {

  private static final Duration LEASE = Duration.ofSeconds(30);

  /** Longer than a lease, and than a program has for what it was given to decide. */
  private static final Duration DEAD = Duration.ofSeconds(31);

  private static final int MOST_ROUNDS = 40;

  /** More than one, so that it is noted which of them hold schedules. */
  private static final int PARTITIONS = 2;

  /** What no life works off. */
  private static final TaskSpec PLAIN = TaskSpec.builder("plain").queue("plain").build();

  private static final Outcome FAILURE =
      new Outcome.Failed(TaskError.of("exception", "no"), Reason.PERMANENT_ERROR, 1);

  /** Scripts of tasks that write, but move no step: they do not touch one, or refuse it. */
  private static final Set<String> OF_NO_STEP =
      Set.of(
          "task/await", "task/delete", "task/enqueue", "task/log", "task/progress", "task/retry");

  /** Scripts that only a run with a step of more than a thousand dependencies needs. */
  private static final Set<String> OF_LARGE_RUNS = Set.of("run/stage_waits");

  private static TestNamespace namespace;
  private static Stores mortal;
  private static Stores survivor;

  /** Every call that changes something, in order. */
  private static final List<String> seen = new ArrayList<>();

  private static final Set<String> READ_ONLY =
      Script.all().stream()
          .filter(script -> script.text().startsWith("#!lua flags=no-writes"))
          .map(Script::name)
          .collect(Collectors.toSet());

  private static int killAt = -1;
  private static boolean afterwards;

  private final Set<String> starts = new HashSet<>();
  private int made;

  @BeforeAll
  static void open() {
    namespace = TestNamespace.open(TestRedis.uri(), PARTITIONS);
    mortal =
        WatchedStores.connect(
            namespace,
            new WatchedStores.Watch() {
              @Override
              public <R> R around(String script, Supplier<R> call) {
                if (READ_ONLY.contains(script)) {
                  return call.get();
                }
                boolean last = seen.size() == killAt;
                seen.add(script);
                if (last && !afterwards) {
                  throw new Killed(script);
                }
                R reply = call.get();
                if (last) {
                  throw new Killed(script);
                }
                return reply;
              }
            });
    survivor = namespace.stores();
  }

  @AfterAll
  static void close() {
    mortal.close();
    namespace.close();
  }

  /**
   * The scripts of these folders that write: one that is new has no life in which somebody dies
   * over it, unless a life calls it.
   */
  private static Set<String> writers(String... folders) {
    return Script.all().stream()
        .map(Script::name)
        .filter(name -> List.of(folders).contains(name.substring(0, name.indexOf('/') + 1)))
        .filter(name -> !READ_ONLY.contains(name) && !OF_NO_STEP.contains(name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void runs() {
    List<String> calls = live(-1, false, this::leadRuns);
    Set<String> writers = writers("run/", "task/");
    writers.removeAll(OF_LARGE_RUNS);
    assertThat(calls).containsAll(writers);
    for (int i = 0; i < calls.size(); i++) {
      live(i, true, this::leadRuns);
    }
  }

  @Test
  void largeRuns() {
    List<String> calls = live(-1, false, this::leadLargeRun);
    assertThat(calls).containsAll(OF_LARGE_RUNS);
    for (int i = 0; i < calls.size(); i++) {
      live(i, false, this::leadLargeRun);
      live(i, true, this::leadLargeRun);
    }
  }

  @Test
  void aRunGoesOnInTheVersionThatItWasBegunIn() {
    List<Step> steps = IntStream.range(0, 150).mapToObj(i -> task("n" + i).build()).toList();
    WorkflowDefinition before = new WorkflowDefinition("w", steps);
    WorkflowDefinition after = new WorkflowDefinition("w", List.of(task("other").build()));
    live(
        0,
        true,
        () -> {
          save(before);
          save(after);
          String id = id();
          Json input = Json.of("null");
          assertThatThrownBy(() -> mortal.runs().start(new NewRun(id, before, 1, input)))
              .isInstanceOf(Killed.class);
          survivor.runs().start(new NewRun(id, after, 2, input));
          assertThat(run(id).version()).isEqualTo(1);
          assertThat(run(id).steps()).hasSize(150);
        });
  }

  private static void save(WorkflowDefinition definition) {
    Json document = DefinitionJson.write(definition, null);
    String digest = String.valueOf(definition.steps().size()).repeat(64).substring(0, 64);
    survivor.definitions().save(definition.name(), digest, document, digest);
  }

  /** Which is to die after the one before, if nothing but memory is lost in between. */
  @Test
  @Tag("long")
  void runsBeforeACall() {
    List<String> calls = live(-1, false, this::leadRuns);
    for (int i = 0; i < calls.size(); i++) {
      live(i, false, this::leadRuns);
    }
  }

  @Test
  void schedules() {
    List<String> calls = live(-1, false, this::leadSchedule);
    assertThat(calls).containsAll(writers("schedule/"));
    assertThat(calls).contains("task/enqueue", "run/stage", "run/commit");
    for (int i = 0; i < calls.size(); i++) {
      live(i, false, this::leadSchedule);
      live(i, true, this::leadSchedule);
    }
  }

  @Test
  void batches() {
    List<String> calls = live(-1, false, this::leadBatches);
    assertThat(calls).containsAll(writers("batch/"));
    assertThat(calls).contains("task/enqueue", "task/settle", "task/retry", "run/advance");
    for (int i = 0; i < calls.size(); i++) {
      live(i, false, this::leadBatches);
      live(i, true, this::leadBatches);
    }
  }

  @Test
  void tasksThatAreHandedOverTogether() {
    List<String> calls = live(-1, false, this::leadGathered);
    assertThat(calls).contains("task/enqueue", "task/claim", "task/settle");
    for (int i = 0; i < calls.size(); i++) {
      live(i, false, this::leadGathered);
      live(i, true, this::leadGathered);
    }
  }

  /** Returns the calls that were made up to the end of the first program. */
  private List<String> live(int kill, boolean after, Runnable life) {
    namespace.clear();
    namespace.clock().stopAt(Instant.parse("2030-01-01T00:00:30Z"));
    seen.clear();
    starts.clear();
    made = 0;
    dead = false;
    killAt = kill;
    afterwards = after;
    try {
      life.run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "died %s call %d, %s"
              .formatted(after ? "after" : "before", kill, kill < 0 ? "" : seen.get(kill)),
          e);
    }
    return List.copyOf(seen);
  }

  private boolean dead;

  /** Does something, which another program repeats when the first one dies over it. */
  private void ask(Consumer<Stores> what) {
    if (!dead) {
      try {
        what.accept(mortal);
        return;
      } catch (Killed e) {
        dead = true;
        killAt = -1;
        namespace.clock().advance(DEAD);
      }
    }
    what.accept(survivor);
  }

  private static Step.Builder task(String name) {
    return Step.task(name, TaskSpec.of("t"));
  }

  private static NewRun newRun(String id, Step... steps) {
    WorkflowDefinition definition = new WorkflowDefinition("w", List.of(steps));
    return new NewRun(id, definition, Json.of("{\"x\":1,\"list\":[1,2]}"));
  }

  private static Step.Builder delayed(String name, Duration delay) {
    return Step.task(name, TaskSpec.builder("t").delay(delay).build());
  }

  private void defineInner() {
    Json inner =
        DefinitionJson.write(
            new WorkflowDefinition(
                "inner", List.of(task("a").build(), task("b").after("a").build())),
            null);
    survivor.definitions().save("inner", "0".repeat(64), inner, operation());
  }

  private void leadLargeRun() {
    List<Step> steps = new ArrayList<>();
    List<String> names = IntStream.range(0, 1_001).mapToObj(i -> "n" + i).toList();
    names.forEach(name -> steps.add(task(name).build()));
    steps.add(task("last").after(names).build());
    String id = id();
    NewRun run = newRun(id, steps.toArray(Step[]::new));
    ask(stores -> stores.runs().start(run));
    String waits = "{" + namespace.name() + ":0}:run:" + id + ":waits";
    assertThat(namespace.raw().number("SCARD", waits)).isEqualTo(1_001);
    ask(stores -> stores.runs().cancel(id));
    ask(stores -> workUntil(stores, () -> run(id).state().isFinal()));
    assertThat(run(id).state()).isEqualTo(RunState.CANCELLED);
  }

  private void leadRuns() {
    defineInner();
    String first = id();
    NewRun rich =
        newRun(
            first,
            task("a").compensateWith("t").build(),
            task("each").after("a").forEach("${input.list}").maxParallel(1).build(),
            Step.of("sub", Kind.WORKFLOW, TaskSpec.of("workflow"))
                .after("a")
                .workflow("inner", null)
                .build(),
            task("never").after("a").when("input.x > 1").build(),
            Step.of(
                    "pause",
                    Kind.WAIT,
                    TaskSpec.builder("wait").delay(Duration.ofSeconds(2)).build())
                .build(),
            Step.of("go", Kind.SIGNAL, TaskSpec.of("signal")).signal("go").build(),
            Step.of("ask", Kind.APPROVAL, TaskSpec.of("approval")).after("a").build(),
            task("any").after("a", "never").join(Join.ANY_SUCCEEDED).build(),
            delayed("later", Duration.ofSeconds(2)).after("a").build(),
            delayed("soon", Duration.ofDays(1)).build(),
            task("bad").after("each", "sub", "pause", "go", "ask", "any", "later", "soon").build());
    ask(stores -> stores.runs().start(rich));
    ask(stores -> stores.tasks().runNow(step(first, "soon").taskId()));
    String signal = operation();
    ask(stores -> stores.runs().signal(first, "go", Json.of("1"), "ann", signal));
    ask(stores -> workUntil(stores, () -> isAsked(step(first, "ask"))));
    String approve = operation();
    ask(stores -> stores.runs().act(first, new StepAction.Approve("ask", null), "ann", approve));
    ask(stores -> workUntil(stores, () -> run(first).state().isFinal()));
    assertThat(run(first).state()).isEqualTo(RunState.COMPENSATED);
    assertThat(run(first).steps())
        .extracting(step -> step.name() + " " + step.state())
        .containsExactlyInAnyOrder(
            "a SUCCEEDED",
            "each SUCCEEDED",
            "sub SUCCEEDED",
            "never SKIPPED",
            "pause SUCCEEDED",
            "go SUCCEEDED",
            "ask SUCCEEDED",
            "any SUCCEEDED",
            "later SUCCEEDED",
            "soon SUCCEEDED",
            "bad FAILED");

    String second = id();
    NewRun rough =
        newRun(
            second,
            task("cancelled").build(),
            Step.task("purged", TaskSpec.builder("t").queue("elsewhere").build()).build(),
            Step.task("unknown", TaskSpec.of("unknown")).build(),
            task("crashes").build(),
            task("last").after("cancelled", "purged", "unknown", "crashes").build());
    ask(stores -> stores.runs().start(rough));
    ask(stores -> stores.tasks().cancel(step(second, "cancelled").taskId()));
    ask(stores -> stores.queues().purge("elsewhere"));
    ask(
        stores -> {
          List<Lease> leases = claim(stores).stream().map(Leased::lease).toList();
          stores.tasks().heartbeat(leases, LEASE);
          namespace.clock().advance(DEAD);
          reap(stores);
        });
    ask(stores -> workUntil(stores, () -> run(second).state().isFinal()));
    assertThat(run(second).state()).isEqualTo(RunState.FAILED);
    assertThat(run(second).steps())
        .extracting(step -> step.name() + " " + step.state())
        .containsExactlyInAnyOrder(
            "cancelled CANCELLED",
            "purged CANCELLED",
            "unknown FAILED",
            "crashes SUCCEEDED",
            "last CANCELLED");
    String retry = operation();
    ask(stores -> stores.runs().retry(second, "ann", retry));
    ask(stores -> stores.runs().cancel(second));
    ask(stores -> workUntil(stores, () -> run(second).state().isFinal()));
    assertThat(run(second).state()).isEqualTo(RunState.CANCELLED);

    namespace.clock().advance(Duration.ofDays(62));
    ask(
        stores -> {
          while (stores.upkeep().prune(0, Duration.ZERO) > 0) {}
        });
    assertThat(namespace.raw().keys("{" + namespace.name() + ":0}:run")).isEmpty();
    assertThat(namespace.raw().keys("{" + namespace.name() + ":0}:task")).isEmpty();
  }

  private NewTask member(String batch, String payload) {
    TaskSpec.Builder spec = TaskSpec.builder("t").payload(Json.of(payload));
    return new NewTask(id(), spec.batch(BatchLink.member(batch)).build());
  }

  private List<NewTask> members(String batch, int count) {
    return IntStream.range(0, count).mapToObj(i -> member(batch, "1")).toList();
  }

  private static NewBatch newBatch(String id, List<NewTask> members, @Nullable String parent) {
    TaskSpec callback = TaskSpec.of("t");
    return new NewBatch(id, members, callback, callback, callback, parent, null);
  }

  private void leadBatches() {
    String outer = id();
    NewBatch large = newBatch(outer, members(outer, 201), null);
    ask(stores -> stores.batches().start(large));
    String inner = id();
    TaskSpec unique = PLAIN.toBuilder().unique(UniqueKey.of("k")).build();
    survivor.tasks().enqueue(List.of(new NewTask(id(), unique)));
    // The last one is none of its members, so that somebody has to say that its upload has ended.
    TaskSpec held = unique.toBuilder().batch(BatchLink.member(inner)).build();
    NewTask bad = member(inner, "\"bad\"");
    NewBatch small = newBatch(inner, List.of(bad, new NewTask(id(), held)), outer);
    ask(stores -> stores.batches().start(small));
    List<NewTask> more = members(outer, 2);
    ask(stores -> stores.tasks().enqueue(more));
    assertThat(batch(outer).total()).isEqualTo(204);
    ask(stores -> workOffUntil(stores, () -> isOver(outer) && isOver(inner)));
    assertEnded(outer, BatchState.FAILED, 203, 1);
    assertEnded(inner, BatchState.FAILED, 0, 1);
    assertThat(batch(outer).onSuccessId()).isNull();
    String retry = operation();
    ask(stores -> stores.tasks().retry(bad.id(), retry));
    ask(stores -> workOffUntil(stores, () -> isOver(outer) && isOver(inner)));
    assertEnded(outer, BatchState.SUCCEEDED, 204, 0);
    assertEnded(inner, BatchState.SUCCEEDED, 1, 0);
    assertThat(batch(outer).onSuccessId()).isNotNull();
    assertThat(batch(outer).onFailureId()).isNotNull();

    String third = id();
    NewBatch doomed = newBatch(third, members(third, 150), null);
    ask(stores -> stores.batches().start(doomed));
    ask(stores -> stores.batches().cancel(third));
    ask(stores -> workOffUntil(stores, () -> isOver(third)));
    assertThat(batch(third).state()).isEqualTo(BatchState.CANCELLED);
    assertThat(batch(third).cancelled()).isEqualTo(150);

    namespace.clock().advance(Duration.ofDays(62));
    ask(
        stores -> {
          while (stores.upkeep().prune(0, Duration.ZERO) > 0) {}
        });
    assertThat(namespace.raw().keys("{" + namespace.name() + ":0}:"))
        .noneMatch(key -> key.contains("batch"));
    // What holds the unique key.
    assertThat(namespace.raw().keys("{" + namespace.name() + ":0}:task:")).hasSize(1);
  }

  private void leadGathered() {
    List<NewTask> tasks =
        Stream.of("-", "-", "-", "a", "a", "b")
            .map(group -> TaskSpec.builder("t").group(group.equals("-") ? null : inFirst(group)))
            .map(spec -> new NewTask(id(), spec.build()))
            .toList();
    // One more than is needed at once, and in the end one that waits for its time.
    for (NewTask task : tasks) {
      ask(stores -> stores.tasks().enqueue(List.of(task)));
      ask(stores -> gather(stores));
    }
    ask(
        stores -> {
          for (int i = 0; i < MOST_ROUNDS && !allSucceeded(tasks); i++) {
            namespace.clock().advance(Duration.ofSeconds(3));
            reap(stores);
            gather(stores);
          }
        });
    assertThat(allSucceeded(tasks)).isTrue();
    namespace.clock().advance(DEAD);
    gather(survivor);
    assertThat(FlowKeys.in(namespace, "{" + namespace.name() + ":0}:")).isEmpty();
  }

  /** A group like this one that belongs in the first partition. */
  private static String inFirst(String group) {
    return Stream.iterate(group, one -> one + group)
        .filter(one -> survivor.partitions().of(one) == 0)
        .findFirst()
        .orElseThrow();
  }

  private static boolean allSucceeded(List<NewTask> tasks) {
    return tasks.stream()
        .allMatch(
            task -> survivor.query().find(task.id()).orElseThrow().state() == TaskState.SUCCEEDED);
  }

  /** Takes tasks two at a time, until nothing is left but what waits for its time. */
  private void gather(Stores stores) {
    Claim claim;
    do {
      claim =
          stores
              .tasks()
              .claim(
                  new ClaimRequest(
                      stores == mortal ? "mortal" : "survivor",
                      operation(),
                      0,
                      List.of("default"),
                      Set.of("t"),
                      4,
                      List.of(4, 0, 0, 0),
                      LEASE,
                      new ClaimRequest.Fit(
                          4, List.of(), Map.of("t", new Gathering(2, Duration.ofSeconds(10))))));
      stores
          .tasks()
          .settle(
              claim.leased().stream().map(one -> new Settlement(one.lease(), end(one))).toList());
    } while (!claim.leased().isEmpty() || claim.now().equals(claim.nextDue()));
  }

  private static Batch batch(String id) {
    return survivor.batches().find(id).orElseThrow();
  }

  private static void assertEnded(String id, BatchState state, int succeeded, int failed) {
    Batch batch = batch(id);
    assertThat(batch.state()).isEqualTo(state);
    assertThat(batch.succeeded()).isEqualTo(succeeded);
    assertThat(batch.failed()).isEqualTo(failed);
    assertThat(batch.total()).isEqualTo(succeeded + failed);
  }

  /** Whether a batch has ended, and the callbacks that have come about. */
  private static boolean isOver(String id) {
    Batch batch = batch(id);
    return batch.state().isFinal()
        && Stream.of(batch.onFinishId(), batch.onSuccessId(), batch.onFailureId())
            .filter(Objects::nonNull)
            .allMatch(task -> survivor.query().find(task).orElseThrow().state().isFinal());
  }

  /** Works tasks of batches off, and lets time pass, until this holds. */
  private void workOffUntil(Stores stores, BooleanSupplier condition) {
    for (int i = 0; i < MOST_ROUNDS; i++) {
      List<Leased> leased;
      do {
        while (stores.runs().advance(0).more()) {}
        leased = claim(stores, 0);
        stores
            .tasks()
            .settle(leased.stream().map(one -> new Settlement(one.lease(), end(one))).toList());
      } while (!leased.isEmpty());
      if (condition.getAsBoolean()) {
        return;
      }
      namespace.clock().advance(Duration.ofSeconds(3));
      reap(stores);
    }
    throw new AssertionError("it stalls");
  }

  private static Outcome end(Leased leased) {
    Task task = leased.task();
    boolean fails = task.spec().payload().equals(Json.of("\"bad\"")) && task.generation() == 0;
    return fails ? FAILURE : new Outcome.Succeeded(Json.of("1"));
  }

  private static boolean isAsked(StepStatus step) {
    return "approval".equals(step.waitingFor()) || step.state().isFinal();
  }

  private void leadSchedule() {
    defineInner();
    Schedule ofTasks = everyMinute("tasks").task(PLAIN).build();
    Schedule ofRuns =
        everyMinute("runs").workflow(new Target.OfWorkflow("inner", null, Json.NULL)).build();
    for (Schedule schedule : List.of(ofTasks, ofRuns)) {
      ask(stores -> client(stores).put(schedule));
    }
    for (int i = 0; i < 3; i++) {
      namespace.clock().advance(Duration.ofMinutes(1));
      ask(KillTest::fire);
    }
    Instant end = namespace.clock().instant();
    int firings = firings("runs", end);
    assertThat(
            survivor
                .query()
                .list(TaskFilter.ofState(TaskState.PENDING).inQueue(PLAIN.queue()))
                .tasks())
        .hasSize(firings("tasks", end));
    ask(
        stores ->
            workUntil(
                stores, () -> scheduledRuns().stream().allMatch(run -> run.state().isFinal())));
    assertThat(scheduledRuns()).hasSize(firings).allMatch(run -> run.state() == RunState.SUCCEEDED);

    for (Schedule schedule : List.of(ofTasks, ofRuns)) {
      ask(stores -> stores.schedules().delete(schedule.name()));
    }
    namespace.clock().advance(Duration.ofMinutes(1));
    ask(KillTest::fire);
    assertThat(scheduledRuns()).hasSize(firings);
  }

  private static Schedule.Builder everyMinute(String name) {
    return Schedule.builder(name).cron("* * * * *").misfire(Misfire.ALL);
  }

  private static ScheduleClient client(Stores stores) {
    return new ScheduleClient(stores, new PayloadCodec(new ObjectMapper()));
  }

  private static void fire(Stores stores) {
    OneFirer.fire(stores, stores == mortal ? "mortal" : "survivor");
  }

  /** How often a schedule of every minute has fired, from its creation on. */
  private static int firings(String schedule, Instant end) {
    Instant begin = survivor.schedules().find(schedule).orElseThrow().createdAt();
    return (int) (end.getEpochSecond() / 60 - begin.getEpochSecond() / 60);
  }

  private static List<Run> scheduledRuns() {
    return survivor
        .runs()
        .list(new RunFilter(List.of(), null, null, null, false, 500, null))
        .runs();
  }

  private String operation() {
    return String.format("%022d", made++);
  }

  private String id() {
    return survivor.partitions().newId(0, namespace.clock().instant());
  }

  private static Run run(String id) {
    return survivor.runs().find(id).orElseThrow();
  }

  private static StepStatus step(String run, String name) {
    return run(run).steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  private static void reap(Stores stores) {
    for (int partition = 0; partition < PARTITIONS; partition++) {
      // The first one after a pause only notes that it was long.
      stores.upkeep().reap(partition, Duration.ZERO);
      stores.upkeep().reap(partition, Duration.ZERO);
    }
  }

  private List<Leased> claim(Stores stores) {
    List<Leased> leased = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      leased.addAll(claim(stores, partition));
    }
    leased.forEach(this::checkStart);
    return leased;
  }

  private List<Leased> claim(Stores stores, int partition) {
    return stores
        .tasks()
        .claim(
            new ClaimRequest(
                stores == mortal ? "mortal" : "survivor",
                operation(),
                partition,
                List.of("default"),
                Set.of("t"),
                200,
                List.of(200, 0, 0, 0),
                LEASE))
        .leased();
  }

  /** A step starts once in a generation and attempt, and not before its upstream has ended. */
  private void checkStart(Leased leased) {
    Task task = leased.task();
    String attempt = task.id() + " " + task.generation() + " " + task.attempt();
    assertThat(starts.add(attempt)).as("%s starts", attempt).isTrue();
    Run run = run(task.step().runId());
    Map<String, TaskState> states =
        run.steps().stream().collect(Collectors.toMap(StepStatus::name, StepStatus::state));
    StepStatus step =
        run.steps().stream().filter(s -> s.taskId().equals(task.id())).findFirst().orElseThrow();
    boolean oneIsEnough = step.name().equals("any");
    assertThat(step.dependencies())
        .extracting(states::get)
        .allMatch(state -> state == TaskState.SUCCEEDED || (oneIsEnough && state.isFinal()));
  }

  /** Works tasks off, and lets time pass, until this holds. */
  private void workUntil(Stores stores, BooleanSupplier condition) {
    for (int i = 0; i < MOST_ROUNDS; i++) {
      List<Leased> leased;
      do {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          while (stores.runs().advance(partition).more()) {}
        }
        leased = claim(stores);
        leased.forEach(one -> settle(stores, one));
      } while (!leased.isEmpty());
      stores
          .upkeep()
          .failUnhandled(0, "default", demand -> demand.type().equals("t"), Duration.ZERO);
      if (condition.getAsBoolean()) {
        return;
      }
      namespace.clock().advance(Duration.ofSeconds(3));
      stores.upkeep().promote(0);
      reap(stores);
    }
    throw new AssertionError("it stalls");
  }

  private static void settle(Stores stores, Leased leased) {
    boolean fails = leased.task().step().name().equals("bad");
    Outcome outcome = fails ? FAILURE : new Outcome.Succeeded(Json.of("1"));
    stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
  }
}
