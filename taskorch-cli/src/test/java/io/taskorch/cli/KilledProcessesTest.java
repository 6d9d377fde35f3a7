package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.store.RunStore.RunPage;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Attempt;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two processes of each app, of which each is killed and started again while runs with everything
 * that steps can have are under way, by calls and by a schedule.
 */
class KilledProcessesTest {

  /** So many callers start a run, answer what it asks for, await its end, and start the next. */
  private static final int CALLERS = 6;

  /** So many runs end between two deaths. */
  private static final int RUNS_A_DEATH = 6;

  private static final int MAX_PARALLEL = 2;

  private static final String INNER =
      """
      {'steps':[
        {'name':'hello','task_type':'echo','payload':'hello ${input.name}'},
        {'name':'bye','task_type':'echo','dependencies':['hello'],
         'payload':['${steps.hello.result}','bye']}]}
      """;

  private static final String RICH =
      """
      {'name':'rich','input':{'x':1,'list':[4,'b',null,{'c':1.50},[]]},'steps':[
        {'name':'begin','task_type':'echo','payload':'${input.x}'},
        {'name':'taken','task_type':'echo','dependencies':['begin'],'payload':'taken',
         'when':'steps.begin.result == 1'},
        {'name':'left','task_type':'echo','dependencies':['begin'],'when':'input.x > 1'},
        {'name':'behind','task_type':'echo','dependencies':['left']},
        {'name':'rejoined','task_type':'echo','dependencies':['taken','behind'],
         'join':'any_succeeded','payload':'${steps.begin.result} again'},
        {'name':'work','task_type':'sleep','dependencies':['begin'],'payload':{'for':'1s'}},
        {'name':'each','task_type':'echo','dependencies':['begin'],'for_each':'${input.list}',
         'max_parallel':%d,'payload':['${index}','${item}']},
        {'name':'all','task_type':'echo','dependencies':['each'],'payload':'${steps.each.result}'},
        {'name':'inner','kind':'workflow','dependencies':['begin'],'workflow':'inner',
         'input':{'name':'${steps.begin.result}'}},
        {'name':'pause','kind':'wait','dependencies':['begin'],'delay':'400ms'},
        {'name':'go','kind':'signal','signal':'go','dependencies':['begin']},
        {'name':'ok','kind':'approval','dependencies':['work']},
        {'name':'end','task_type':'echo',
         'dependencies':['rejoined','all','inner','pause','go','ok'],
         'payload':['${steps.rejoined.result}','${steps.all.result}','${steps.inner.result}']},
        {'name':'rest','kind':'wait','dependencies':['end'],'delay':'300ms'}]}
      """
          .formatted(MAX_PARALLEL);

  private static final String LIST = "[[0,4],[1,\"b\"],[2,null],[3,{\"c\":1.50}],[4,[]]]";
  private static final String BYE = "{\"bye\":[\"hello 1\",\"bye\"]}";
  private static final String ANSWER = "{\"approved\":true,\"by\":\"anonymous\",\"note\":\"yes\"}";

  private static final Map<String, String> RICH_RESULTS =
      Map.ofEntries(
          Map.entry("begin", "1"),
          Map.entry("taken", "\"taken\""),
          Map.entry("left", "SKIPPED"),
          Map.entry("behind", "SKIPPED"),
          Map.entry("rejoined", "\"1 again\""),
          Map.entry("work", "{\"for\":\"1s\"}"),
          Map.entry("each", LIST),
          Map.entry("all", LIST),
          Map.entry("inner", BYE),
          Map.entry("pause", "null"),
          Map.entry("go", "{\"n\":7}"),
          Map.entry("ok", ANSWER),
          Map.entry("end", "[\"1 again\"," + LIST + "," + BYE + "]"),
          Map.entry("rest", "null"));

  private static final String SAGA =
      """
      {'name':'saga','steps':[
        {'name':'seat','task_type':'echo','payload':'14A','compensate_with':'echo'},
        {'name':'hotel','task_type':'sleep','payload':{'for':'200ms'},'dependencies':['seat'],
         'compensate_with':'echo'},
        {'name':'pay','task_type':'fail','payload':{'times':9},'dependencies':['hotel'],
         'retry_policy':{'max_attempts':2,'delay':'100ms'}},
        {'name':'ticket','task_type':'echo','dependencies':['pay']}]}
      """;

  private static final Map<String, String> SAGA_RESULTS =
      Map.of(
          "seat", "\"14A\"",
          "hotel", "{\"for\":\"200ms\"}",
          "pay", "FAILED",
          "ticket", "CANCELLED");

  private static final Map<String, String> UNDONE =
      Map.of(
          "hotel", "{\"input\":{\"for\":\"200ms\"},\"result\":{\"for\":\"200ms\"}}",
          "seat", "{\"input\":\"14A\",\"result\":\"14A\"}");

  private static final String SCHEDULE =
      """
      {'every':'1s','misfire':'all','misfire_limit':100,
       'workflow':{'workflow':'inner','input':{'name':'tick'}}}
      """;

  private static final Map<String, String> TICK_RESULTS =
      Map.of("hello", "\"hello tick\"", "bye", "[\"hello tick\",\"bye\"]");

  private static final List<String> APPS = List.of("api", "worker", "scheduler");

  @TempDir private Path folder;
  private final Map<String, List<CliProcess>> processesOf = new HashMap<>();
  private final List<Future<?>> callers = new ArrayList<>();
  private final List<String> ended = new CopyOnWriteArrayList<>();
  private EmbeddedRedis redis;
  private Processes processes;
  private Taskorch taskorch;
  private volatile boolean enough;
  private int crashes;

  @BeforeEach
  void start() {
    redis = EmbeddedRedis.start();
    processes = new Processes(folder, redis);
    taskorch = processes.client();
    APPS.forEach(app -> processesOf.put(app, new CopyOnWriteArrayList<>(processes.startTwo(app))));
  }

  @AfterEach
  void stop() {
    processes.close();
    redis.close();
  }

  @Test
  @Tag("long")
  void everyRunEndsAsIfNobodyHadDied() throws Exception {
    assertThat(ask("PUT", "/v1/workflow-definitions/inner", INNER).statusCode()).isEqualTo(201);
    assertThat(ask("PUT", "/v1/schedules/tick", SCHEDULE).statusCode()).isEqualTo(201);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        boolean early = i % 2 == 0;
        callers.add(threads.submit(() -> call(early)));
      }
      try {
        for (int i = 0; i < 2; i++) {
          for (String app : APPS) {
            killAndStartAgain(app, i);
          }
        }
        // Those that are under way then are the last, and nothing else happens beside their ends.
        assertThat(ask("POST", "/v1/schedules/tick/pause", "").statusCode()).isEqualTo(200);
      } finally {
        enough = true;
      }
    }
    for (Future<?> caller : callers) {
      caller.get();
    }

    List<Run> runs = runs();
    assertThat(runs).extracting(Run::id).containsAll(ended);
    for (Run run : runs) {
      checkRun(taskorch.workflows().await(run.id(), Processes.LONGEST));
    }
    checkEveryInstantOnce(runs);
    assertThat(crashes).as("attempts that a death has ended").isPositive();
  }

  /** Runs go on to end while the process is away, and after it has come back. */
  private void killAndStartAgain(String app, int index) {
    untilMoreHaveEnded();
    CliProcess victim = processesOf.get(app).get(index);
    if (app.equals("worker")) {
      String id = victim.workerId();
      await().atMost(Processes.LONGEST).until(() -> isAtWork(id));
    }
    victim.kill();
    untilMoreHaveEnded();
    CliProcess next = processes.start(app);
    assertThat(next.url()).isNotNull();
    processesOf.get(app).set(index, next);
  }

  /** Whether a worker has begun something that it will not be done with so soon. */
  private boolean isAtWork(String worker) {
    Instant lately = Instant.now().minusMillis(500);
    return taskorch.client().list(TaskFilter.ofState(TaskState.RUNNING)).tasks().stream()
        .filter(task -> worker.equals(task.workerId()) && task.startedAt().isAfter(lately))
        .anyMatch(task -> task.step() != null && task.step().name().equals("work"));
  }

  private void untilMoreHaveEnded() {
    int before = ended.size();
    // A caller that has failed says in the end what it missed.
    await()
        .atMost(Processes.LONGEST.plusSeconds(30))
        .until(
            () ->
                ended.size() >= before + RUNS_A_DEATH || callers.stream().anyMatch(Future::isDone));
  }

  /**
   * Starts runs and answers what they ask for.
   *
   * @param early whether the signal is sent before anybody waits for it
   */
  private void call(boolean early) {
    while (!enough) {
      String rich = submit(RICH);
      String saga = submit(SAGA);
      if (!early) {
        untilWaitingFor(rich, "go", "signal:go");
      }
      assertThat(ask("POST", "/v1/workflows/" + rich + "/signals/go", "{'n':7}").statusCode())
          .isEqualTo(200);
      untilWaitingFor(rich, "ok", "approval");
      // Whose answer got lost asks again.
      assertThat(
              ask("POST", "/v1/workflows/" + rich + "/steps/ok/approve", "{'note':'yes'}")
                  .statusCode())
          .isIn(200, 409);
      for (String id : List.of(rich, saga)) {
        taskorch.workflows().await(id, Processes.LONGEST);
        ended.add(id);
      }
    }
  }

  private void untilWaitingFor(String run, String step, String what) {
    await()
        .atMost(Processes.LONGEST)
        .until(() -> what.equals(step(taskorch.workflows().get(run), step).waitingFor()));
  }

  private String submit(String workflow) {
    HttpResponse<String> answer =
        ask(
            "POST",
            "/v1/workflows",
            workflow.replaceFirst("\\{", "{'idempotency_key':'" + UUID.randomUUID() + "',"));
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
    return answer.headers().firstValue("Location").orElseThrow().replaceFirst(".*/", "");
  }

  /** Asks one API after the other until one answers. */
  private HttpResponse<String> ask(String method, String path, String body) {
    UncheckedIOException last = null;
    for (int i = 0; i < 10; i++) {
      for (CliProcess api : processesOf.get("api")) {
        try {
          return Processes.send(method, api.url().resolve(path), body);
        } catch (UncheckedIOException e) {
          last = e;
        }
      }
    }
    throw new AssertionError("no API answers", last);
  }

  /** Those that a caller or the schedule has started. */
  private List<Run> runs() {
    List<Run> runs = new ArrayList<>();
    String cursor = null;
    do {
      RunPage page =
          taskorch.workflows().list(new RunFilter(List.of(), null, null, null, false, 100, cursor));
      runs.addAll(page.runs());
      cursor = page.nextCursor().orElse(null);
    } while (cursor != null);
    return runs;
  }

  private void checkRun(Run run) {
    switch (run.name()) {
      case "rich" -> check(run, RunState.SUCCEEDED, RICH_RESULTS);
      case "inner" -> check(run, RunState.SUCCEEDED, TICK_RESULTS);
      default -> {
        check(run, RunState.COMPENSATED, SAGA_RESULTS);
        Run undoing = taskorch.workflows().get(run.compensationId());
        check(undoing, RunState.SUCCEEDED, UNDONE);
        assertThat(undoing.steps()).extracting(StepStatus::name).containsExactly("hotel", "seat");
        assertThat(begin(undoing.steps().getFirst()))
            .isAfterOrEqualTo(step(run, "ticket").finishedAt());
      }
    }
  }

  private void check(Run run, RunState state, Map<String, String> results) {
    assertThat(run.state()).as("%s %s", run.name(), run.id()).isEqualTo(state);
    assertThat(
            run.steps().stream().collect(Collectors.toMap(StepStatus::name, this::resultOrState)))
        .as("%s %s", run.name(), run.id())
        .isEqualTo(results);
    checkTimes(run);
  }

  private String resultOrState(StepStatus step) {
    return step.state() == TaskState.SUCCEEDED
        ? String.valueOf(task(step).result())
        : step.state().name();
  }

  private Task task(StepStatus step) {
    return taskorch.client().get(step.taskId());
  }

  private static StepStatus step(Run run, String name) {
    return run.steps().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  /** When its first attempt began, its wait, or, of one that never began, its end. */
  private Instant begin(StepStatus step) {
    return Stream.concat(
            task(step).attempts().stream().map(Attempt::startedAt),
            Stream.of(step.startedAt(), step.finishedAt()).filter(Objects::nonNull))
        .findFirst()
        .orElseThrow();
  }

  /** No step begins before what it waits for has ended, and none is done twice. */
  private void checkTimes(Run run) {
    Map<String, StepStatus> steps =
        run.steps().stream().collect(Collectors.toMap(StepStatus::name, step -> step));
    for (StepStatus step : run.steps()) {
      Stream<StepStatus> upstream = step.dependencies().stream().map(steps::get);
      List<Instant> ends =
          (step.join() == Join.ANY_SUCCEEDED
                  ? upstream
                      .filter(before -> before.state() == TaskState.SUCCEEDED)
                      .sorted(Comparator.comparing(StepStatus::finishedAt))
                      .limit(1)
                  : upstream)
              .map(StepStatus::finishedAt)
              .toList();
      Instant begin = begin(step);
      assertThat(ends)
          .as("before %s of %s %s began", step.name(), run.name(), run.id())
          .noneMatch(begin::isBefore);
      checkAttempts(task(step));
      if (step.runId() != null) {
        Run begun = taskorch.workflows().get(step.runId());
        checkTimes(begun);
        checkParallel(step, begun);
      }
    }
  }

  private void checkAttempts(Task task) {
    assertThat(task.generation()).isZero();
    assertThat(task.attempts()).filteredOn(attempt -> attempt.error() == null).hasSizeLessThan(2);
    crashes += task.crashes();
  }

  private void checkParallel(StepStatus step, Run elements) {
    if (!step.name().equals("each")) {
      return;
    }
    for (StepStatus one : elements.steps()) {
      Instant begin = begin(one);
      assertThat(elements.steps())
          .filteredOn(other -> !begin(other).isAfter(begin) && other.finishedAt().isAfter(begin))
          .as("elements of %s at %s", elements.id(), begin)
          .hasSizeLessThanOrEqualTo(MAX_PARALLEL);
    }
  }

  private void checkEveryInstantOnce(List<Run> runs) {
    StoredSchedule stored = taskorch.schedules().get("tick");
    Duration second = Duration.ofSeconds(1);
    Instant last = stored.progress().lastInstant();
    List<Instant> expected =
        Stream.iterate(
                stored.createdAt().plus(second), at -> !at.isAfter(last), at -> at.plus(second))
            .toList();
    assertThat(runs)
        .filteredOn(run -> run.name().equals("inner"))
        .extracting(run -> TaskId.timeOf(run.id()))
        // The pause may have come between the next one's run and its note.
        .filteredOn(instant -> !instant.equals(last.plus(second)))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(stored.progress().missed()).isZero();
  }
}
