package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskClient;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery.TaskPage;
import io.taskorch.task.Attempt;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.LogLine;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.workflow.RunState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that share a Redis, and what becomes of their work when one of them dies. */
class SeveralProcessesTest {

  private static final Duration LONGEST = Processes.LONGEST;
  private static final Duration GRACE = Processes.GRACE;

  private static EmbeddedRedis redis;

  @TempDir private Path folder;
  private Processes processes;
  private Taskorch taskorch;
  private TaskClient tasks;

  @BeforeAll
  static void startRedis() {
    redis = EmbeddedRedis.start();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void connect() {
    processes = new Processes(folder, redis);
    taskorch = processes.client();
    tasks = taskorch.client();
  }

  @AfterEach
  void stop() {
    processes.close();
  }

  @Test
  @Tag("long")
  void ofTwoOfEachAppAnyOneMayBeKilled() {
    List<CliProcess> apis = processes.startTwo("api");
    List<CliProcess> workers = processes.startTwo("worker");
    List<CliProcess> schedulers = processes.startTwo("scheduler");
    assertThatWorkGoesOn(apis);

    for (List<CliProcess> pair : List.of(apis, workers, schedulers)) {
      pair.getFirst().kill();

      assertThatWorkGoesOn(apis);
    }
  }

  /** Plain tasks, one that is due later, one that is tried again and a workflow, over HTTP. */
  private void assertThatWorkGoesOn(List<CliProcess> apis) {
    URI api = apis.stream().filter(CliProcess::alive).findFirst().orElseThrow().url();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      ids.add(Processes.submit(api, "/v1/tasks", "{'type':'echo','payload':" + i + "}"));
    }
    ids.add(Processes.submit(api, "/v1/tasks", "{'type':'echo','delay':'1s'}"));
    ids.add(
        Processes.submit(
            api,
            "/v1/tasks",
            "{'type':'fail','payload':{'times':1},'retry_policy':{'delay':'100ms'}}"));
    String run =
        Processes.submit(
            api,
            "/v1/workflows",
            "{'name':'chain','steps':[{'name':'a','task_type':'echo'},"
                + "{'name':'b','task_type':'echo','dependencies':['a']}]}");

    for (String id : ids) {
      assertThat(tasks.await(id, LONGEST).state()).isEqualTo(TaskState.SUCCEEDED);
    }
    assertThat(taskorch.workflows().await(run, LONGEST).state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aKilledWorkersTasksAreFinishedByOthers() {
    CliProcess survivor = processes.start("worker");
    CliProcess victim = processes.start("worker");
    processes.start("scheduler");
    survivor.workerId();
    String victimId = victim.workerId();
    List<String> ids = new ArrayList<>();
    for (int attempts : List.of(1, 3)) {
      TaskSpec spec = sleep("100ms").retryPolicy(policy(attempts)).build();
      tasks.enqueueAll(Collections.nCopies(500, spec)).forEach(task -> ids.add(task.id()));
    }
    await()
        .atMost(LONGEST)
        .until(
            () ->
                running(task -> victimId.equals(task.workerId())).size() >= 5
                    && count(TaskState.SUCCEEDED) >= 100);

    victim.kill();

    List<Task> ended = ids.stream().map(id -> tasks.await(id, LONGEST)).toList();
    assertThat(ended).allMatch(task -> task.state() == TaskState.SUCCEEDED);
    List<Task> interrupted = ended.stream().filter(task -> task.crashes() > 0).toList();
    // Those in its ten slots, and those that were done when nobody could be told any more.
    assertThat(interrupted).hasSizeBetween(1, 100);
    for (Task task : interrupted) {
      assertThat(List.of(task.attempt(), task.crashes())).containsExactly(2, 1);
      assertThat(task.attempts())
          .extracting(Attempt::workerId)
          .containsExactly(victimId, survivor.workerId());
    }
    assertThat(ended).filteredOn(task -> task.crashes() == 0).allMatch(task -> task.attempt() == 1);
  }

  @Test
  void aWorkerThatWasStoppedBeyondItsLeaseWritesNothing() {
    CliProcess first = processes.start("worker");
    CliProcess second = processes.start("worker");
    processes.start("scheduler");
    Map<String, CliProcess> byId = Map.of(first.workerId(), first, second.workerId(), second);
    Duration length = Duration.ofSeconds(3);
    String id = tasks.enqueue(sleep("3s").retryPolicy(policy(1)).build()).id();
    await().atMost(LONGEST).until(() -> tasks.get(id).progress() != null);
    Task begun = tasks.get(id);
    String stoppedId = begun.workerId();
    CliProcess stopped = byId.get(stoppedId);

    stopped.signal("STOP");
    // Its handler will be done as soon as it goes on, while somebody else is at the task.
    await()
        .atMost(LONGEST)
        .until(
            () ->
                tasks.get(id).attempt() == 2
                    && Instant.now().isAfter(begun.startedAt().plus(length).plusMillis(100)));
    assertThat(tasks.get(id).state()).isEqualTo(TaskState.RUNNING);
    stopped.signal("CONT");

    Task ended = tasks.await(id, LONGEST);
    assertThat(ended.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(ended.crashes()).isEqualTo(1);
    Attempt last = ended.attempts().getLast();
    assertThat(last.workerId()).isEqualTo(ended.workerId()).isNotEqualTo(stoppedId);
    assertThat(Duration.between(last.startedAt(), last.finishedAt()))
        .isGreaterThanOrEqualTo(length);
    var log = tasks.logs(id, 0, 100);
    assertThat(log.lines()).extracting(LogLine::line).containsExactly("slept for 3s");

    // A task of its own proves it alive, and its handler out of the way.
    byId.values().stream().filter(other -> other != stopped).forEach(CliProcess::kill);
    String next = tasks.enqueue(sleep("10ms").build()).id();
    assertThat(tasks.await(next, LONGEST).workerId()).isEqualTo(stoppedId);
    await().atMost(LONGEST).until(() -> Processes.health(stopped).contains("\"busy\":0"));
    assertThat(tasks.get(id)).isEqualTo(ended);
    assertThat(tasks.logs(id, 0, 100)).isEqualTo(log);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aWorkerThatIsAskedToEndFinishesOrGivesBack(String signal) throws IOException {
    CliProcess worker = processes.start("worker");
    worker.workerId();
    assumeFalse(signal.equals("INT") && worker.ignoresInterrupts(), "started in the background");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      // Some cannot end within the grace time, and some do right away.
      String length = i % 20 == 3 ? "1h" : "50ms";
      ids.add(tasks.enqueue(sleep(length).retryPolicy(policy(1)).build()).id());
    }
    await().atMost(LONGEST).until(() -> count(TaskState.SUCCEEDED) >= 40);

    Instant asked = Instant.now();
    worker.signal(signal);
    int exitCode = worker.exitCode(GRACE.plusSeconds(10));
    Duration took = Duration.between(asked, Instant.now());

    assertThat(exitCode).isZero();
    assertThat(took).isLessThan(GRACE.plusSeconds(5));
    List<Task> left = ids.stream().map(tasks::get).toList();
    assertThat(left).extracting(Task::state).containsOnly(TaskState.SUCCEEDED, TaskState.PENDING);
    // A claim that was on its way when the signal came may still arrive.
    assertThat(left)
        .filteredOn(task -> task.state() == TaskState.SUCCEEDED)
        .allMatch(task -> task.startedAt().isBefore(asked.plusMillis(500)));
    List<Task> unfinished =
        left.stream().filter(task -> task.state() == TaskState.PENDING).toList();
    assertThat(unfinished).isNotEmpty().allMatch(task -> task.attempt() == 0);
    assertThat(unfinished).allMatch(task -> task.failures() == 0 && task.crashes() == 0);
    assertThat(unfinished).as("interrupted").anyMatch(task -> task.fence() > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"api", "scheduler"})
  void theOtherAppsEndWithZero(String app) {
    CliProcess process = processes.start(app);
    process.url();

    process.signal("TERM");

    assertThat(process.exitCode(Duration.ofSeconds(20))).isZero();
  }

  private static TaskSpec.Builder sleep(String length) {
    return TaskSpec.builder("sleep").payload(Json.of("{\"for\":\"" + length + "\"}"));
  }

  private static RetryPolicy policy(int attempts) {
    Duration moment = Duration.ofMillis(1);
    return new RetryPolicy(attempts, moment, Backoff.FIXED, 1, moment, 0);
  }

  private long count(TaskState state) {
    return list(state).size();
  }

  private List<Task> running(Predicate<Task> wanted) {
    return list(TaskState.RUNNING).stream().filter(wanted).toList();
  }

  private List<Task> list(TaskState state) {
    TaskPage page =
        tasks.list(
            new TaskFilter(
                List.of(state), null, null, null, null, null, null, null, false, 500, null));
    return page.tasks();
  }
}
