package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.client.ScheduleClient;
import io.taskorch.client.ScheduleClient.Backfill;
import io.taskorch.client.ScheduleClient.Triggered;
import io.taskorch.schedule.DeclaredScheduleException;
import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleNotFoundException;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.schedule.Target;
import io.taskorch.schedule.Turn;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.ScheduleStore.Moved;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.FaultProxy;
import io.taskorch.testing.TestRedis;
import io.taskorch.upkeep.UpkeepOptions;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskHandler;
import io.taskorch.worker.TaskSchedule;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Schedules from their declaration to their tasks, by the test's clock. */
@Timeout(60)
class ScheduleTest {

  private static final Instant BEGIN = Instant.parse("2030-01-01T00:00:00Z");
  private static final int PARTITIONS = 3;
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @RegisterExtension final Stack stack = new Stack(PARTITIONS);

  private Taskorch taskorch;
  private ScheduleClient schedules;

  @BeforeEach
  void atABeginning() {
    stack.namespace().clock().stopAt(BEGIN);
    taskorch = stack.program(b -> b.stores(stack.namespace().connect()).withoutUpkeep());
    schedules = taskorch.schedules();
  }

  /** A process that fires schedules. */
  private Taskorch scheduler() {
    return stack
        .program(
            b ->
                b.stores(stack.namespace().connect())
                    .upkeep(new UpkeepOptions(Duration.ofMillis(10), Duration.ofMinutes(5))))
        .start();
  }

  static final class Reports {
    @TaskHandler("report")
    @TaskSchedule(cron = "* * * * *")
    String report() {
      return "done";
    }
  }

  private static Schedule.Builder everyMinute() {
    return Schedule.builder("s").cron("* * * * *").task(TaskSpec.of("t"));
  }

  private void pass(Duration time) {
    stack.namespace().clock().advance(time);
  }

  /** Waits until nothing is due any more. */
  private void untilFired() {
    String now = Long.toString(stack.namespace().clock().instant().toEpochMilli());
    await()
        .until(
            () ->
                IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> "{" + stack.namespace().name() + ":" + p + "}:schedules:due")
                    .mapToLong(key -> stack.namespace().raw().number("ZCOUNT", key, "-inf", now))
                    .allMatch(due -> due == 0));
  }

  private List<Task> tasks() {
    return Stream.of(TaskState.PENDING, TaskState.CANCELLED, TaskState.FAILED)
        .flatMap(
            state ->
                taskorch
                    .client()
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
                            null))
                    .tasks()
                    .stream())
        .toList();
  }

  private ScheduleProgress progress() {
    return schedules.get("s").progress();
  }

  @Test
  void aTaskIsMadeAtEachInstantAndKnowsItsSchedule() {
    schedules.put(everyMinute().build());
    scheduler();
    assertThat(tasks()).isEmpty();
    for (int minute = 1; minute <= 3; minute++) {
      pass(MINUTE);
      untilFired();
      assertThat(tasks()).hasSize(minute);
    }
    assertThat(tasks())
        .allSatisfy(task -> assertThat(task.spec().schedule()).isEqualTo("s"))
        .extracting(task -> TaskId.timeOf(task.id()))
        .containsExactlyInAnyOrder(
            BEGIN.plusSeconds(60), BEGIN.plusSeconds(120), BEGIN.plusSeconds(180));
    assertThat(progress().next()).isEqualTo(BEGIN.plusSeconds(240));
    assertThat(progress().fired()).isEqualTo(3);
  }

  @Test
  void severalSchedulersMakeOneTaskPerInstant() {
    for (int i = 0; i < 300; i++) {
      schedules.put(
          Schedule.builder("s" + i).every(Duration.ofSeconds(10)).task(TaskSpec.of("t")).build());
    }
    for (int i = 0; i < 3; i++) {
      scheduler();
    }
    pass(Duration.ofSeconds(10));
    untilFired();
    assertThat(tasks()).hasSize(300);
  }

  @Test
  void missedInstantsGoByTheMisfireRule() {
    schedules.put(everyMinute().build());
    schedules.put(
        Schedule.builder("all")
            .every(MINUTE)
            .misfire(Misfire.ALL)
            .misfireLimit(4)
            .task(TaskSpec.of("all"))
            .build());
    pass(Duration.ofDays(7));
    scheduler();
    untilFired();
    assertThat(tasks()).filteredOn(t -> t.spec().type().equals("t")).hasSize(1);
    assertThat(tasks()).filteredOn(t -> t.spec().type().equals("all")).hasSize(4);
  }

  @Test
  void aClockThatJumpsBackMakesNothingTwice() {
    schedules.put(everyMinute().build());
    scheduler();
    pass(MINUTE);
    untilFired();
    pass(Duration.ofHours(-1));
    untilFired();
    pass(Duration.ofHours(1));
    untilFired();
    assertThat(tasks()).hasSize(1);
    pass(MINUTE);
    untilFired();
    assertThat(tasks()).hasSize(2);
  }

  @Test
  void aReplyThatIsLostMakesNothingTwiceAndLosesNothing() {
    try (FaultProxy proxy = FaultProxy.before(TestRedis.uri())) {
      Taskorch lossy = stack.programAt(proxy.uri(), b -> b.withoutUpkeep());
      ScheduleStore store = lossy.stores().schedules();
      Instant now = store.now();
      StoredSchedule fresh =
          new StoredSchedule(everyMinute().build(), null, now, now, 0, ScheduleProgress.from(now));
      lossy
          .schedules()
          .put(Schedule.builder("other").cron("@daily").task(TaskSpec.of("t")).build());

      proxy.dropNextReply();
      assertThat(store.save(fresh, now)).isTrue();
      StoredSchedule first = store.find("s").orElseThrow();
      int partition = stack.namespace().stores().partitions().of("s");
      assertThat(store.due(partition, "me", Duration.ofSeconds(2)).schedules())
          .containsExactly(first);
      proxy.dropNextReply();
      assertThat(store.due(partition, "me", Duration.ofSeconds(2)).schedules())
          .containsExactly(first);
      store.move(partition, List.of());
      proxy.dropNextReply();
      store.move(partition, List.of(new Moved(first, now.plusSeconds(60))));
      assertThat(store.find("s").orElseThrow().revision()).isEqualTo(first.revision() + 1);
      assertThat(proxy.droppedReplies()).isEqualTo(3);
    }
  }

  @Test
  void whateverTheClockDoesEachInstantIsFiredOnce() {
    for (int i = 0; i < 20; i++) {
      schedules.put(
          Schedule.builder("s" + i)
              .every(Duration.ofSeconds(10))
              .misfire(Misfire.ALL)
              .misfireLimit(1000)
              .task(TaskSpec.of("t"))
              .build());
    }
    for (int i = 0; i < 4; i++) {
      scheduler();
    }
    Random random = new Random(7);
    Instant latest = BEGIN;
    for (int jump = 0; jump < 15; jump++) {
      pass(Duration.ofSeconds(random.nextInt(-30, 60)));
      Instant now = stack.namespace().clock().instant();
      latest = now.isAfter(latest) ? now : latest;
      untilFired();
    }
    long instants = Duration.between(BEGIN, latest).toSeconds() / 10;
    for (int i = 0; i < 20; i++) {
      ScheduleProgress progress = schedules.get("s" + i).progress();
      assertThat(progress.next()).isEqualTo(BEGIN.plusSeconds(10 * (instants + 1)));
      assertThat(progress.fired()).isEqualTo(instants);
    }
    long stored = taskorch.queues().find("default").orElseThrow().depth().get(TaskState.PENDING);
    assertThat(stored).isEqualTo(20 * instants);
  }

  private Task triggered() {
    return ((Triggered.OfTask) schedules.trigger("s")).task();
  }

  /** Schedules that start a workflow. */
  @Nested
  class Workflows {

    private static final Json URL_NEEDED = Json.of("{\"required\":[\"url\"]}");

    private Schedule.Builder everyMinute() {
      return scheduleOf(new Target.OfWorkflow("nightly", null, Json.of("{\"url\":\"u\"}")));
    }

    private Schedule.Builder scheduleOf(Target.OfWorkflow workflow) {
      return Schedule.builder("s").cron("* * * * *").workflow(workflow);
    }

    @BeforeEach
    void define() {
      taskorch
          .workflows()
          .define(
              WorkflowDefinition.of(
                  "nightly",
                  Step.task("say", "echo", Ref.input("url")),
                  Step.approval("ok").after("say")),
              URL_NEEDED);
    }

    private List<Run> runs(RunState... states) {
      return taskorch
          .workflows()
          .list(new RunFilter(List.of(states), "nightly", null, null, false, 500, null))
          .runs();
    }

    @Test
    void aRunIsMadeAtEachInstantHoweverManySchedulersRun() {
      schedules.put(everyMinute().build());
      for (int i = 0; i < 3; i++) {
        scheduler();
      }
      for (int minute = 1; minute <= 3; minute++) {
        pass(MINUTE);
        untilFired();
      }
      assertThat(runs())
          .allSatisfy(run -> assertThat(run.version()).isEqualTo(1))
          .allSatisfy(run -> assertThat(run.input()).isEqualTo(Json.of("{\"url\":\"u\"}")))
          .extracting(run -> TaskId.timeOf(run.id()))
          .containsExactlyInAnyOrder(
              BEGIN.plusSeconds(60), BEGIN.plusSeconds(120), BEGIN.plusSeconds(180));
      assertThat(progress().fired()).isEqualTo(3);
      assertThat(runs()).extracting(Run::id).contains(progress().lastId());
      assertThat(schedules.get("s").schedule()).isEqualTo(everyMinute().build());
    }

    @Test
    void whatCannotRunIsRefusedWhenItIsStored() {
      assertRefused(new Target.OfWorkflow("other", null, Json.NULL), "/workflow/workflow");
      assertRefused(new Target.OfWorkflow("nightly", 2, Json.NULL), "/workflow/version");
      assertRefused(new Target.OfWorkflow("nightly", 1, Json.of("{}")), "/workflow/input");
      assertRefused(new Target.OfWorkflow("nightly", 1, Json.of("{")), "/workflow/input");
      assertThat(schedules.find("s")).isEmpty();
    }

    private void assertRefused(Target.OfWorkflow workflow, String pointer) {
      assertThatThrownBy(() -> schedules.put(scheduleOf(workflow).build()))
          .isInstanceOf(InvalidTaskException.class)
          .hasMessageStartingWith(pointer);
    }

    @Test
    void firingsOfWhatCannotRunAnyMoreAreMissedAndTheScheduleGoesOn() {
      schedules.put(everyMinute().build());
      taskorch
          .workflows()
          .define(
              WorkflowDefinition.of("nightly", Step.task("say", "echo")),
              Json.of("{\"required\":[\"day\"]}"));
      scheduler();
      pass(MINUTE);
      untilFired();
      assertThat(runs()).isEmpty();
      assertThat(progress().missed()).isOne();
      assertThat(progress().fired()).isZero();
      assertThatThrownBy(() -> schedules.trigger("s"))
          .isInstanceOf(InvalidTaskException.class)
          .hasMessageStartingWith("/workflow/input");
      taskorch.workflows().define(WorkflowDefinition.of("nightly", Step.task("say", "echo")));
      pass(MINUTE);
      untilFired();
      assertThat(runs()).hasSize(1);
    }

    @Test
    void aWorkflowThatIsDeclaredBeforeItIsStoredIsMissedUntilItIs() {
      schedules.declare(
          "me", List.of(scheduleOf(new Target.OfWorkflow("later", 1, Json.NULL)).build()));
      scheduler();
      pass(MINUTE);
      untilFired();
      assertThat(progress().missed()).isOne();
      taskorch.workflows().define(WorkflowDefinition.of("later", Step.task("say", "echo")));
      pass(MINUTE);
      untilFired();
      assertThat(progress().fired()).isOne();
    }

    @Test
    void overlapLooksAtTheRun() {
      schedules.put(everyMinute().overlap(Overlap.SKIP).build());
      scheduler();
      pass(MINUTE);
      untilFired();
      pass(MINUTE);
      untilFired();
      assertThat(runs()).hasSize(1);
      assertThat(progress().skipped()).isOne();
      taskorch.workflows().cancel(runs().getFirst().id());
      pass(MINUTE);
      untilFired();
      assertThat(runs()).hasSize(2);
    }

    @Test
    void anEarlierRunIsCancelledWhereOverlapSaysSo() {
      schedules.put(everyMinute().overlap(Overlap.CANCEL_RUNNING).build());
      scheduler();
      pass(MINUTE);
      untilFired();
      pass(MINUTE);
      await().until(() -> runs(RunState.CANCELLED).size() == 1);
      pass(Turn.LOOK_AT_QUEUED);
      await().until(() -> runs(RunState.RUNNING).size() == 1);
    }

    @Test
    void failedRunsPauseIt() {
      taskorch.workflows().define(WorkflowDefinition.of("nightly", Step.approval("ok")));
      schedules.put(everyMinute().pauseAfterFailures(2).build());
      scheduler();
      for (int i = 0; i < 2; i++) {
        pass(MINUTE);
        untilFired();
        Run run = runs(RunState.RUNNING).getFirst();
        taskorch.workflows().act(run.id(), new StepAction.Reject("ok", null), "me");
        await().until(() -> runs(RunState.FAILED).stream().anyMatch(r -> r.id().equals(run.id())));
      }
      pass(MINUTE);
      await().until(() -> progress().paused());
      assertThat(progress().pauseReason()).isEqualTo(Turn.PAUSED_BY_FAILURES);
      assertThat(runs()).hasSize(2);
    }

    @Test
    void isTriggeredAndBackfilled() {
      schedules.put(everyMinute().build());
      Run run = ((Triggered.OfRun) schedules.trigger("s")).run();
      assertThat(run.name()).isEqualTo("nightly");
      Instant from = BEGIN.minus(Duration.ofMinutes(10));
      Backfill first = schedules.backfill("s", from, BEGIN, Overlap.ALLOW);
      assertThat(first.ids()).hasSize(10);
      assertThat(schedules.backfill("s", from, BEGIN, Overlap.ALLOW)).isEqualTo(first);
      assertThat(runs()).hasSize(11);
    }

    @Test
    void aScheduleMayChangeFromATaskToAWorkflow() {
      schedules.put(
          Schedule.builder("s")
              .cron("* * * * *")
              .overlap(Overlap.SKIP)
              .task(TaskSpec.of("t"))
              .build());
      scheduler();
      pass(MINUTE);
      untilFired();
      schedules.put(everyMinute().overlap(Overlap.SKIP).build());
      pass(MINUTE);
      untilFired();
      assertThat(runs()).isEmpty();
      taskorch.client().cancel(tasks().getFirst().id());
      pass(MINUTE);
      untilFired();
      assertThat(runs()).hasSize(1);
    }
  }

  @Nested
  class AnEarlierTask {

    private Task only(TaskState state) {
      List<Task> found = tasks().stream().filter(t -> t.state() == state).toList();
      assertThat(found).hasSize(1);
      return found.getFirst();
    }

    @Test
    void thatHasNotEndedIsSeen() {
      schedules.put(everyMinute().overlap(Overlap.SKIP).build());
      scheduler();
      pass(MINUTE);
      untilFired();
      pass(MINUTE);
      untilFired();
      assertThat(progress().skipped()).isOne();
      taskorch.client().cancel(only(TaskState.PENDING).id());
      pass(MINUTE);
      untilFired();
      only(TaskState.PENDING);
    }

    @Test
    void isWaitedFor() {
      schedules.put(everyMinute().overlap(Overlap.QUEUE_ONE).build());
      scheduler();
      pass(MINUTE);
      untilFired();
      pass(MINUTE);
      untilFired();
      assertThat(progress().queued()).isEqualTo(BEGIN.plusSeconds(120));
      taskorch.client().cancel(only(TaskState.PENDING).id());
      pass(Turn.LOOK_AT_QUEUED);
      untilFired();
      assertThat(TaskId.timeOf(only(TaskState.PENDING).id())).isEqualTo(BEGIN.plusSeconds(120));
    }

    @Test
    void isCancelled() {
      schedules.put(everyMinute().overlap(Overlap.CANCEL_RUNNING).build());
      scheduler();
      pass(MINUTE);
      untilFired();
      pass(MINUTE);
      untilFired();
      only(TaskState.CANCELLED);
      pass(Turn.LOOK_AT_QUEUED);
      untilFired();
      assertThat(TaskId.timeOf(only(TaskState.PENDING).id())).isEqualTo(BEGIN.plusSeconds(120));
    }

    @Test
    void thatFailedTooOftenPausesIt() {
      schedules.put(everyMinute().pauseAfterFailures(2).build());
      scheduler();
      stack
          .program(b -> b.stores(stack.namespace().connect()).withoutUpkeep())
          .register(
              Handler.of(
                  "t",
                  Json.class,
                  (payload, task) -> {
                    throw new PermanentTaskException("no");
                  }))
          .start();
      for (int failed = 1; failed <= 2; failed++) {
        int expected = failed;
        pass(MINUTE);
        await()
            .until(
                () ->
                    tasks().stream().filter(t -> t.state() == TaskState.FAILED).count()
                        == expected);
      }
      pass(MINUTE);
      await().until(() -> progress().paused());
      assertThat(progress().pauseReason()).isEqualTo(Turn.PAUSED_BY_FAILURES);
      assertThat(tasks()).hasSize(2);
      schedules.resume("s");
      assertThat(progress().paused()).isFalse();
      assertThat(progress().failures()).isZero();
    }
  }

  @Nested
  class AnOperator {

    @Test
    void pausesAndResumesWithoutCatchingUp() {
      schedules.put(everyMinute().misfire(Misfire.ALL).build());
      scheduler();
      schedules.pause("s");
      schedules.pause("s");
      pass(Duration.ofMinutes(10));
      schedules.resume("s");
      schedules.resume("s");
      untilFired();
      assertThat(tasks()).isEmpty();
      pass(MINUTE);
      untilFired();
      assertThat(tasks()).hasSize(1);
    }

    @Test
    void triggersWhatWouldBeLeftOut() {
      schedules.put(everyMinute().overlap(Overlap.SKIP).build(), true);
      Task first = triggered();
      assertThat(first.spec().schedule()).isEqualTo("s");
      assertThat(triggered().id()).isNotEqualTo(first.id());
      scheduler();
      schedules.resume("s");
      pass(MINUTE);
      untilFired();
      assertThat(tasks()).hasSize(2);
      assertThat(progress().skipped()).isOne();
    }

    @Test
    void fillsAWindowOfThePastOnce() {
      schedules.put(everyMinute().build());
      Instant from = BEGIN.minus(Duration.ofMinutes(10));
      Backfill first = schedules.backfill("s", from, BEGIN, Overlap.ALLOW);
      assertThat(first.ids()).hasSize(10);
      assertThat(schedules.backfill("s", from, BEGIN, Overlap.ALLOW)).isEqualTo(first);
      assertThat(tasks()).hasSize(10);
    }

    @Test
    void fillsAWindowByTheRuleThatIsAskedFor() {
      schedules.put(everyMinute().overlap(Overlap.SKIP).build());
      Instant from = BEGIN.minus(Duration.ofMinutes(10));
      assertThat(schedules.backfill("s", from, BEGIN, Overlap.SKIP).skipped()).isEqualTo(9);
      assertThat(schedules.backfill("s", from, BEGIN, Overlap.SKIP).ids()).isEmpty();
      Backfill last = schedules.backfill("s", from, BEGIN, Overlap.CANCEL_RUNNING);
      assertThat(last.ids()).hasSize(1);
      assertThat(tasks())
          .extracting(Task::state)
          .containsExactlyInAnyOrder(TaskState.CANCELLED, TaskState.PENDING);
    }

    @Test
    void isRefusedAWindowThatCannotBe() {
      schedules.put(everyMinute().build());
      assertThatThrownBy(
              () -> schedules.backfill("s", BEGIN.minus(Duration.ofDays(1)), BEGIN, Overlap.ALLOW))
          .isInstanceOf(InvalidTaskException.class)
          .hasMessage("/to makes more than 1000 firings");
      assertThatThrownBy(
              () -> schedules.backfill("s", BEGIN, BEGIN.plusSeconds(1), Overlap.QUEUE_ONE))
          .isInstanceOf(InvalidTaskException.class)
          .hasMessageContainingAll("/to", "/overlap");
      assertThat(tasks()).isEmpty();
    }

    @Test
    void seesWhatComes() {
      schedules.put(everyMinute().timeZone("Asia/Tokyo").jitter(Duration.ofSeconds(30)).build());
      assertThat(schedules.next("s", 3))
          .hasSize(3)
          .allSatisfy(p -> assertThat(p.firesAt()).isBefore(p.instant().plusSeconds(30)))
          .first()
          .satisfies(
              p -> {
                assertThat(p.instant()).isEqualTo(BEGIN.plusSeconds(60));
                assertThat(p.local()).hasToString("2030-01-01T09:01+09:00");
              });
      assertThatThrownBy(() -> schedules.next("none", 1))
          .isInstanceOf(ScheduleNotFoundException.class);
    }
  }

  @Nested
  class ToPut {

    @Test
    void theSameAgainChangesNothing() {
      assertThat(schedules.put(everyMinute().build()).created()).isTrue();
      StoredSchedule first = schedules.pause("s");
      pass(MINUTE);
      assertThat(schedules.put(everyMinute().build()).stored()).isEqualTo(first);
      assertThat(schedules.get("s")).isEqualTo(first);
    }

    @Test
    void anotherTaskKeepsTheNextInstant() {
      schedules.put(everyMinute().build());
      pass(Duration.ofMinutes(5));
      schedules.put(everyMinute().task(TaskSpec.of("other")).build());
      assertThat(progress().next()).isEqualTo(BEGIN.plusSeconds(60));
      assertThat(schedules.get("s").createdAt()).isEqualTo(BEGIN);
    }

    @Test
    void otherTimesBeginFromNow() {
      schedules.put(everyMinute().build());
      pass(Duration.ofMinutes(5));
      schedules.put(everyMinute().cron("*/2 * * * *").build());
      assertThat(progress().next()).isEqualTo(BEGIN.plusSeconds(360));
    }

    @Test
    void aPauseIsKeptUnlessItIsGiven() {
      schedules.put(everyMinute().build(), true);
      schedules.put(everyMinute().cron("@daily").build());
      assertThat(progress().paused()).isTrue();
      schedules.put(everyMinute().cron("@daily").build(), false);
      assertThat(progress().paused()).isFalse();
    }
  }

  @Nested
  class Declared {

    @Test
    void schedulesAreAddedChangedAndRemoved() {
      Schedule other = Schedule.builder("o").cron("@daily").task(TaskSpec.of("t")).build();
      schedules.declare("config", List.of(everyMinute().build(), other));
      StoredSchedule kept = schedules.get("o");
      pass(MINUTE);
      schedules.declare("config", List.of(other));
      assertThat(schedules.find("s")).isEmpty();
      assertThat(schedules.get("o")).isEqualTo(kept);
      schedules.declare("config", List.of());
      assertThat(schedules.list(10, null).schedules()).isEmpty();
    }

    @Test
    void oneLeavesThoseOfOthersAlone() {
      schedules.put(everyMinute().build());
      schedules.declare(
          "code", List.of(Schedule.builder("c").cron("@daily").task(TaskSpec.of("t")).build()));
      StoredSchedule operators = schedules.get("s");
      schedules.declare("config", List.of(everyMinute().cron("@yearly").build()));
      assertThat(schedules.get("s")).isEqualTo(operators);
      assertThat(schedules.get("c").declaredBy()).isEqualTo("code");
    }

    @Test
    void oneComesWithItsHandler() {
      stack
          .program(b -> b.stores(stack.namespace().connect()).withoutUpkeep())
          .register(new Reports())
          .start();
      assertThat(schedules.get("report").declaredBy()).isEqualTo(Reports.class.getName());
      scheduler();
      pass(MINUTE);
      await().until(() -> schedules.get("report").progress().fired() == 1);
      String id = schedules.get("report").progress().lastId();
      await().until(() -> taskorch.client().get(id).state() == TaskState.SUCCEEDED);
    }

    @Test
    void oneIsChangedWhereItIsDeclaredAndPausedByAnybody() {
      schedules.declare("config", List.of(everyMinute().build()));
      assertThatThrownBy(() -> schedules.put(everyMinute().build()))
          .isInstanceOf(DeclaredScheduleException.class);
      schedules.pause("s");
      schedules.declare("config", List.of(everyMinute().build()));
      assertThat(progress().paused()).isTrue();
    }
  }
}
