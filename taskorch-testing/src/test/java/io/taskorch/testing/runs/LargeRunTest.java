package io.taskorch.testing.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.redis.WatchedStores;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewRun;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.testing.TestNamespace;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Runs as large as they may be: taken at once, and no call so long that others wait for it. The
 * goals are 2 s and 5 ms on two cores, with a Redis that has jemalloc; the one of the tests has
 * not, and a machine that is shared gets more than that, and three tries, as what is slow by itself
 * is slow each time.
 */
@Tag("long")
@EnabledOnOs(OS.LINUX)
class LargeRunTest {

  private static final int SIZE = 10_000;
  private static final Duration MOST_TO_START = Duration.ofSeconds(2);

  /** Longer than any run is. */
  private static final Duration KEPT = Duration.ofDays(40);

  private static final int TRIES = 3;

  private static EmbeddedRedis redis;
  private static TestNamespace namespace;
  private static Stores stores;
  private static Stopwatch stopwatch;

  @BeforeAll
  static void open() {
    redis = EmbeddedRedis.start();
    namespace = TestNamespace.open(redis.uri(), 1);
    stopwatch = new Stopwatch(redis);
    stores = WatchedStores.connect(namespace, stopwatch);
    // Functions are loaded, and Java has met the code, before anything counts.
    live(fan(200), "null", LargeRunTest::succeed);
  }

  @AfterAll
  static void close() {
    stores.close();
    namespace.close();
    redis.close();
  }

  private static Step.Builder task(String name) {
    return Step.task(name, TaskSpec.of("t"));
  }

  private static List<Step> fan(int size) {
    return IntStream.range(0, size).mapToObj(i -> task("n" + i).build()).toList();
  }

  @Test
  void wide(TestReporter reporter) {
    lead(reporter, "wide", fan(SIZE), "null", LargeRunTest::succeed);
  }

  @Test
  void chain(TestReporter reporter) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < SIZE; i++) {
      Step.Builder step = task("n" + i);
      steps.add(i == 0 ? step.build() : step.after("n" + (i - 1)).build());
    }
    lead(reporter, "chain", steps, "null", LargeRunTest::succeed);
  }

  @Test
  void diamond(TestReporter reporter) {
    List<Step> steps = new ArrayList<>();
    steps.add(task("first").build());
    List<String> names = IntStream.range(0, SIZE - 2).mapToObj(i -> "n" + i).toList();
    names.forEach(name -> steps.add(task(name).after("first").build()));
    steps.add(task("last").after(names).build());
    lead(reporter, "diamond", steps, "null", LargeRunTest::failAndSucceed);
  }

  @Test
  void list(TestReporter reporter) {
    String elements =
        IntStream.range(0, SIZE)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(",", "[", "]"));
    lead(
        reporter,
        "list",
        List.of(task("each").forEach("${input}").build()),
        elements,
        LargeRunTest::failAndSucceed);
    lead(
        reporter,
        "list in a window",
        List.of(task("each").forEach("${input}").maxParallel(500).build()),
        elements,
        LargeRunTest::failAndSucceed);
  }

  @Test
  void signalled(TestReporter reporter) {
    List<Step> steps =
        IntStream.range(0, SIZE)
            .mapToObj(
                i -> Step.of("n" + i, Kind.SIGNAL, TaskSpec.of("signal")).signal("go").build())
            .toList();
    lead(reporter, "signalled", steps, "null", LargeRunTest::signal);
  }

  @Test
  void ofAnotherWorkflow(TestReporter reporter) {
    Json inner = DefinitionJson.write(new WorkflowDefinition("inner", fan(SIZE)), null);
    stores.definitions().save("inner", "0".repeat(64), inner, "0".repeat(22));
    Step step =
        Step.of("inner", Kind.WORKFLOW, TaskSpec.of("workflow")).workflow("inner", null).build();
    lead(reporter, "of another workflow", List.of(step), "null", LargeRunTest::succeed);
  }

  @Test
  void cancelled(TestReporter reporter) {
    lead(reporter, "cancelled", fan(SIZE), "null", LargeRunTest::cancel);
  }

  /** What a life took. */
  private record Took(Duration started, Duration all, Duration longest, String longestCall) {
    @Override
    public String toString() {
      return "taken in %d ms, over in %d ms, longest call %s"
          .formatted(started.toMillis(), all.toMillis(), longestCall);
    }
  }

  private static void lead(
      TestReporter reporter, String what, List<Step> steps, String input, Consumer<String> life) {
    List<Took> tries = new ArrayList<>();
    for (int i = 0; i < TRIES; i++) {
      Took took = live(steps, input, life);
      reporter.publishEntry(what, took.toString());
      tries.add(took);
    }
    assertThat(tries)
        .as(what)
        .anyMatch(took -> took.started.compareTo(MOST_TO_START) < 0)
        .anyMatch(took -> took.longest.compareTo(Stopwatch.LONGEST_CALL) < 0);
  }

  /**
   * @param life leads the run with an id from its start to its end
   */
  private static Took live(List<Step> steps, String input, Consumer<String> life) {
    stopwatch.reset();
    WorkflowDefinition definition = new WorkflowDefinition("large", steps);
    String id = stores.partitions().newId(0, namespace.clock().instant());
    long before = System.nanoTime();
    stores.runs().start(new NewRun(id, definition, Json.of(input)));
    Duration started = Duration.ofNanos(System.nanoTime() - before);
    life.accept(id);
    Duration all = Duration.ofNanos(System.nanoTime() - before);
    namespace.clock().advance(KEPT);
    while (stores.upkeep().prune(0, Duration.ZERO) > 0) {}
    assertThat(stores.runs().find(id)).isEmpty();
    return new Took(started, all, stopwatch.longest(), stopwatch.toString());
  }

  private static void succeed(String id) {
    workOff(false);
    assertThat(state(id)).isEqualTo(RunState.SUCCEEDED);
  }

  /** Every second task fails at first. */
  private static void failAndSucceed(String id) {
    workOff(true);
    assertThat(state(id)).isEqualTo(RunState.FAILED);
    stores.runs().retry(id, UUID.randomUUID().toString());
    succeed(id);
  }

  private static void signal(String id) {
    while (stores.runs().advance(0).more()) {}
    stores.runs().signal(id, "go", Json.of("1"), "ann", UUID.randomUUID().toString());
    while (stores.runs().advance(0).more()) {}
    assertThat(state(id)).isEqualTo(RunState.SUCCEEDED);
  }

  private static void cancel(String id) {
    stores.runs().cancel(id);
    while (stores.runs().advance(0).more()) {}
    assertThat(state(id)).isEqualTo(RunState.CANCELLED);
  }

  private static RunState state(String id) {
    return stores.runs().find(id).orElseThrow().state();
  }

  private static void workOff(boolean fails) {
    Outcome failure =
        new Outcome.Failed(TaskError.of("exception", "no"), Reason.PERMANENT_ERROR, 1);
    Outcome success = new Outcome.Succeeded(Json.of("1"));
    int done = 0;
    List<Leased> leased;
    do {
      while (stores.runs().advance(0).more()) {}
      leased =
          stores
              .tasks()
              .claim(
                  new ClaimRequest(
                      "w1",
                      UUID.randomUUID().toString().replace("-", "").substring(0, 22),
                      0,
                      List.of("default"),
                      Set.of("t"),
                      200,
                      List.of(200, 0, 0, 0),
                      Duration.ofMinutes(1)))
              .leased();
      List<Settlement> settlements = new ArrayList<>();
      for (Leased one : leased) {
        boolean bad = fails && done++ % 2 == 1;
        settlements.add(new Settlement(one.lease(), bad ? failure : success));
      }
      stores.tasks().settle(settlements);
    } while (!leased.isEmpty());
  }
}
