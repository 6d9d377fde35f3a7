package io.taskorch.testing.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.client.WorkflowClient;
import io.taskorch.json.PayloadCodec;
import io.taskorch.redis.WatchedStores;
import io.taskorch.redis.WatchedStores.Killed;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.TaskorchException;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import io.taskorch.testing.model.Snapshot;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Progression;
import io.taskorch.workflow.Progression.Decision;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Random runs on a real store of one partition. Whatever is done to a run, and wherever a program
 * dies over it, it ends when time passes and its tasks are worked off; and its steps end as {@link
 * Progression} says.
 */
final class RunTrial implements AutoCloseable {

  private static final Duration LEASE = Duration.ofSeconds(30);

  /** Far more than any run needs. */
  private static final int MOST_ROUNDS = 400;

  private static final Set<String> LEFT =
      Set.of("clock", "namespace", "queues", "sequence", "events", "reaper", "lanes");

  private static final RunFilter ALL = new RunFilter(List.of(), null, null, null, false, 500, null);

  private static final Set<TaskState> RELEASED =
      Set.of(TaskState.SCHEDULED, TaskState.PENDING, TaskState.RUNNING, TaskState.RETRYING);

  private final TestNamespace namespace;
  private final Stores stores;
  private final WorkflowClient client;
  private Random random = new Random(0);
  private double dies;
  private double repeats;
  private int made;
  private String runId = "";
  private final List<String> forks = new ArrayList<>();
  private final List<Leased> leases = new ArrayList<>();
  private final Map<String, String> starts = new HashMap<>();
  private final Map<String, Map<String, Step>> definitions = new HashMap<>();
  private final List<String> said = new ArrayList<>();

  private RunTrial(TestNamespace namespace) {
    this.namespace = namespace;
    this.stores = WatchedStores.connect(namespace, this::around);
    this.client =
        new WorkflowClient(stores, new PayloadCodec(new ObjectMapper()), namespace.clock());
  }

  static RunTrial open() {
    return new RunTrial(TestNamespace.open(TestRedis.uri(), 1));
  }

  /** A call that is repeated, or over which the program dies, before or after it is done. */
  private <R> R around(String script, Supplier<R> call) {
    if (random.nextDouble() < dies) {
      if (random.nextBoolean()) {
        call.get();
      }
      throw new Killed(script);
    }
    if (random.nextDouble() < repeats) {
      call.get();
    }
    return call.get();
  }

  /** As {@link #lead(long, boolean)}, without forks. */
  void lead(long seed) {
    lead(seed, false);
  }

  /**
   * Leads a run of this seed through its life and looks at it.
   *
   * @param forked whether it is forked too, while it runs and when it has ended
   */
  void lead(long seed, boolean forked) {
    namespace.clear();
    namespace.clock().stop();
    random = new Random(seed);
    dies = 0;
    repeats = 0;
    made = 0;
    leases.clear();
    forks.clear();
    starts.clear();
    definitions.clear();
    said.clear();
    try {
      lead(forked ? new Random(~seed) : null);
    } catch (AssertionError | RuntimeException e) {
      String last =
          said.subList(Math.max(0, said.size() - 80), said.size()).stream()
              .collect(Collectors.joining("\n"));
      dies = 0;
      throw new AssertionError("seed " + seed + "L\n" + last + "\n" + tree(), e);
    }
  }

  /**
   * @param forking draws where to fork; null for no forks
   */
  private void lead(@Nullable Random forking) {
    RandomWorkflow.INNER.forEach(
        (name, definition) ->
            stores
                .definitions()
                .save(name, "0".repeat(64), DefinitionJson.write(definition, null), operation()));
    WorkflowDefinition definition = RandomWorkflow.draw(random);
    runId = stores.partitions().newId(0, namespace.clock().instant());
    boolean rough = random.nextBoolean();
    repeats = rough ? 0.1 : 0;
    stores.runs().start(new NewRun(runId, definition, RandomWorkflow.INPUT));
    int actions = random.nextInt(60);
    dies = rough ? 0.01 : 0;
    for (int i = 0; i < actions; i++) {
      attempt(this::act);
      if (forking != null && forking.nextInt(20) == 0) {
        attempt(() -> fork(forking));
      }
      if (i % 4 == 0) {
        checkStarts();
      }
    }
    dies = 0;
    repeats = 0;
    finish();
    runs().forEach(this::checkEnd);
    if (forking != null) {
      forkWhatHasEnded(forking);
    }
    checkNothingIsLeft();
  }

  /** Forks a run at some step, whatever the state of either. */
  private void fork(Random forking) {
    List<Run> runs = quietly(this::runs);
    Run run = runs.get(forking.nextInt(runs.size()));
    String step = run.steps().get(forking.nextInt(run.steps().size())).name();
    say("fork " + run.id() + " at " + step);
    try {
      client.fork(run.id(), step, null);
    } finally {
      // One over which the program died may have begun all the same.
      quietly(() -> stores.runs().list(ALL)).runs().stream()
          .map(Run::id)
          .filter(id -> !id.equals(runId) && !forks.contains(id))
          .forEach(forks::add);
    }
  }

  /** A fork of what has ended leaves it as it is, to the byte. */
  private void forkWhatHasEnded(Random forking) {
    Set<String> old = new HashSet<>();
    for (Run run : runs()) {
      old.add(run.id());
      run.steps().forEach(step -> old.add(step.taskId()));
    }
    Snapshot before = Snapshot.of(namespace);
    attempt(() -> fork(forking));
    finish();
    runs().forEach(this::checkEnd);
    assertThat(Snapshot.of(namespace).changedSince(before, ""))
        .filteredOn(key -> old.stream().anyMatch(key::contains))
        .as("what a fork has changed")
        .isEmpty();
  }

  private String operation() {
    return String.format("%022d", made++);
  }

  /** One thing that somebody does, whether it is allowed or not. */
  private void attempt(Runnable what) {
    double was = dies;
    try {
      what.run();
    } catch (TaskorchException e) {
      say("  refused: " + e.getMessage());
    } catch (Killed e) {
      say("  died in " + e.getMessage());
    }
    dies = was;
  }

  private void say(String what) {
    said.add(what);
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void act() {
    switch (random.nextInt(22)) {
      case 0, 1, 2, 3 -> claim(1 + random.nextInt(5));
      case 4, 5, 6, 7, 8 -> settle();
      case 9, 10 -> {
        say("advance");
        stores.runs().advance(0);
      }
      case 11, 12 -> pass(Duration.ofSeconds(random.nextInt(5)));
      case 13 -> {
        pass(random.nextInt(4) == 0 ? LEASE.plusSeconds(1) : Duration.ofSeconds(1));
        reap();
      }
      case 14, 15 -> {
        String name = one(List.of("red", "green"));
        say("signal " + name);
        stores.runs().signal(runId, name, Json.of("1"), "ann", operation());
      }
      case 16, 17 -> actOn(quietly(this::runs));
      case 18 -> cancel();
      case 19 -> {
        say("retry");
        stores.runs().retry(runId, operation());
      }
      case 20 -> {
        say("work off");
        workOff(3, 0.15);
      }
      default -> answer();
    }
  }

  private void cancel() {
    if (random.nextInt(3) == 0) {
      say("cancel");
      stores.runs().cancel(runId);
      return;
    }
    StepStatus step = one(one(quietly(this::runs)).steps());
    say("cancel " + step.name() + " " + step.state());
    stores.tasks().cancel(step.taskId());
  }

  private void actOn(List<Run> runs) {
    Run run = one(runs);
    StepStatus step = one(run.steps());
    String name = step.name();
    // What ran because a failure was tolerated does not become undone by a word.
    boolean tolerated =
        step.state() == TaskState.FAILED
            && definition(run).get(name).onFailure() == OnFailure.CONTINUE;
    StepAction action =
        switch (random.nextInt(5)) {
          case 0 -> new StepAction.Approve(name, null);
          case 1 -> new StepAction.Reject(name, null);
          case 2 -> new StepAction.Rerun(name, null, null);
          case 3 -> new StepAction.Succeed(name, null, Json.of("2"));
          default ->
              tolerated ? new StepAction.Rerun(name, null, null) : new StepAction.Skip(name, null);
        };
    say(action + " in " + run.id() + ", " + step.state());
    stores.runs().act(run.id(), action, "ann", operation());
  }

  /** Answers an approval that is asked for, if there is one. */
  private void answer() {
    for (Run run : quietly(this::runs)) {
      for (StepStatus step : run.steps()) {
        if ("approval".equals(step.waitingFor())) {
          say("answer " + step.name());
          boolean yes = random.nextInt(3) > 0;
          stores
              .runs()
              .act(
                  run.id(),
                  yes
                      ? new StepAction.Approve(step.name(), null)
                      : new StepAction.Reject(step.name(), null),
                  "ann",
                  operation());
          return;
        }
      }
    }
  }

  private void pass(Duration time) {
    say("wait " + time);
    namespace.clock().advance(time);
  }

  private void reap() {
    say("reap");
    stores.upkeep().reap(0, Duration.ZERO);
    stores.upkeep().reap(0, Duration.ZERO);
  }

  private List<Leased> claim(int most) {
    List<Leased> leased =
        stores
            .tasks()
            .claim(
                new ClaimRequest(
                    "w1",
                    operation(),
                    0,
                    List.of("default"),
                    Set.of("t"),
                    most,
                    List.of(most, 0, 0, 0),
                    LEASE))
            .leased();
    leased.forEach(this::note);
    leases.addAll(leased);
    return leased;
  }

  /** An attempt starts once, unless it was given back. */
  private void note(Leased leased) {
    String attempt =
        leased.task().id() + " " + leased.task().generation() + " " + leased.task().attempt();
    say("start " + name(leased) + " " + attempt);
    String before = starts.put(attempt, leased.lease().nonce());
    assertThat(before).as("who has started %s", attempt).isIn(null, leased.lease().nonce());
  }

  private static String name(Leased leased) {
    return leased.task().step() == null ? "?" : leased.task().step().name();
  }

  private void settle() {
    if (leases.isEmpty()) {
      return;
    }
    // The same lease may be settled again: then it is stale.
    Leased leased = one(leases);
    settle(leased, random.nextDouble() < 0.25, random.nextInt(12));
  }

  private void settle(Leased leased, boolean fails, int how) {
    TaskError error = TaskError.of("exception", "no");
    Outcome outcome =
        fails
            ? new Outcome.Failed(error, Reason.PERMANENT_ERROR, 1)
            : switch (how) {
              case 0 -> new Outcome.Retrying(error, Duration.ofSeconds(1), 3);
              case 1 -> new Outcome.Released();
              default -> new Outcome.Succeeded(Json.of("[1,2]"));
            };
    say("settle " + name(leased) + " " + leased.task().id() + " " + outcome);
    if (outcome instanceof Outcome.Released) {
      starts.remove(
          leased.task().id() + " " + leased.task().generation() + " " + leased.task().attempt());
    }
    stores.tasks().settle(List.of(new Settlement(leased.lease(), outcome)));
  }

  private void workOff(int rounds, double fails) {
    for (int i = 0; i < rounds; i++) {
      while (stores.runs().advance(0).more()) {}
      List<Leased> leased = claim(200);
      for (Leased one : leased) {
        settle(one, random.nextDouble() < fails, 2);
      }
      if (leased.isEmpty()) {
        return;
      }
    }
  }

  /** Lets time pass and works tasks off until the run has ended. */
  private void finish() {
    double fails = random.nextInt(3) * 0.2;
    say("-- finish");
    for (int i = 0; i < MOST_ROUNDS; i++) {
      workOff(50, fails);
      checkStarts();
      if (runs().stream().allMatch(run -> run.state().isFinal())) {
        while (stores.runs().advance(0).more()) {}
        return;
      }
      namespace.clock().advance(Duration.ofSeconds(i < 20 ? 1 : 10));
      stores.upkeep().reap(0, Duration.ZERO);
      stores.upkeep().reap(0, Duration.ZERO);
    }
    throw new AssertionError("it does not end");
  }

  /** A look that is no part of what happens. */
  private <T> T quietly(Supplier<T> look) {
    double died = dies;
    double repeated = repeats;
    dies = 0;
    repeats = 0;
    try {
      return look.get();
    } finally {
      dies = died;
      repeats = repeated;
    }
  }

  /** The run and its forks, and all that came about from them. */
  private List<Run> runs() {
    List<Run> found = new ArrayList<>();
    collect(runId, found);
    forks.forEach(id -> collect(id, found));
    return found;
  }

  private void collect(String id, List<Run> found) {
    Run run = stores.runs().find(id).orElse(null);
    if (run == null) {
      return;
    }
    found.add(run);
    for (StepStatus step : run.steps()) {
      if (step.runId() != null) {
        collect(step.runId(), found);
      }
    }
    if (run.compensationId() != null) {
      collect(run.compensationId(), found);
    }
  }

  private Map<String, Step> definition(Run run) {
    return definitions.computeIfAbsent(
        run.id(),
        id ->
            (undoes(run) ? chain(run) : quietly(() -> stores.runs().definition(id)).steps())
                .stream().collect(Collectors.toMap(Step::name, step -> step)));
  }

  private static boolean undoes(Run run) {
    return run.parent() != null && run.parent().step() == null;
  }

  /** What undoes a run is no definition that anybody could submit. */
  private static List<Step> chain(Run run) {
    return run.steps().stream()
        .map(step -> new Step(step.name(), TaskSpec.of("t"), step.dependencies()))
        .toList();
  }

  private Map<String, TaskState> counted(Run run) {
    Map<String, Step> steps = definition(run);
    return run.steps().stream()
        .collect(
            Collectors.toMap(
                StepStatus::name,
                step ->
                    step.state() == TaskState.FAILED
                            && steps.get(step.name()).onFailure() == OnFailure.CONTINUE
                        ? TaskState.SUCCEEDED
                        : step.state()));
  }

  private Decision decided(Run run, StepStatus step, Map<String, TaskState> counted) {
    return Progression.decide(
        definition(run).get(step.name()).join(),
        step.dependencies().stream().map(counted::get).toList());
  }

  /** What is on its way may be. */
  private void checkStarts() {
    for (Run run : quietly(this::runs)) {
      Map<String, TaskState> counted = counted(run);
      for (StepStatus step : run.steps()) {
        boolean waits = step.state() == TaskState.BLOCKED && step.startedAt() != null;
        if (RELEASED.contains(step.state()) || waits) {
          assertThat(decided(run, step, counted))
              .as("%s of %s has started", step.name(), run.id())
              .isEqualTo(Decision.RUN);
        }
      }
    }
  }

  private static final Set<Reason> BY_SOMEBODY =
      Set.of(Reason.BY_HAND, Reason.CANCELLED, Reason.RUN_CANCELLED);

  private void checkEnd(Run run) {
    Map<String, TaskState> counted = counted(run);
    RunState right = Progression.runState(counted.values());
    if (run.compensationId() == null) {
      assertThat(run.state()).as("state of %s", run.id()).isEqualTo(right);
    } else {
      assertThat(right).isEqualTo(RunState.FAILED);
      assertThat(run.state()).isIn(RunState.COMPENSATED, RunState.FAILED);
    }
    Set<String> seen = new HashSet<>();
    for (StepStatus step : run.steps()) {
      assertThat(seen)
          .as("what is upstream of %s comes first", step.name())
          .containsAll(step.dependencies());
      seen.add(step.name());
      assertThat(step.state().isFinal()).as("%s of %s", step.name(), run.id()).isTrue();
      if (step.reason() != null && BY_SOMEBODY.contains(step.reason())) {
        continue;
      }
      if (forks.contains(run.id()) && isTakenOver(step)) {
        continue;
      }
      Decision decision = decided(run, step, counted);
      Decision done =
          step.reason() == Reason.UPSTREAM_FAILED
              ? Decision.CANCEL
              : step.reason() == Reason.UPSTREAM_SKIPPED ? Decision.SKIP : Decision.RUN;
      assertThat(done).as("%s of %s: %s", step.name(), run.id(), step.state()).isEqualTo(decision);
    }
  }

  /** Whether a step of a fork was done by the other run, as far as it shows. */
  private static boolean isTakenOver(StepStatus step) {
    return step.state() == TaskState.SUCCEEDED && step.startedAt() == null;
  }

  private void checkNothingIsLeft() {
    namespace.clock().advance(Duration.ofDays(62));
    stores.upkeep().reap(0, Duration.ZERO);
    stores.upkeep().reap(0, Duration.ZERO);
    while (stores.upkeep().prune(0, Duration.ZERO) > 0) {}
    while (stores.runs().advance(0).more()) {}
    String prefix = "{" + namespace.name() + ":0}:";
    assertThat(namespace.raw().keys(prefix))
        .extracting(key -> key.substring(prefix.length()))
        .allMatch(
            key ->
                LEFT.contains(key)
                    || key.startsWith("operation:")
                    || key.startsWith("claim:")
                    || key.startsWith("definition"));
  }

  private String tree() {
    return quietly(this::runs).stream()
        .map(
            run ->
                run.id()
                    + " "
                    + run.name()
                    + " "
                    + run.state()
                    + (run.cancelRequested() ? " cancelled" : "")
                    + run.steps().stream()
                        .map(
                            step ->
                                "\n  "
                                    + definition(run).get(step.name())
                                    + " "
                                    + step.state()
                                    + " "
                                    + step.reason()
                                    + " "
                                    + step.waitingFor()
                                    + " "
                                    + step.runId())
                        .collect(Collectors.joining()))
        .collect(Collectors.joining("\n"));
  }

  @Override
  public void close() {
    stores.close();
    namespace.close();
  }
}
