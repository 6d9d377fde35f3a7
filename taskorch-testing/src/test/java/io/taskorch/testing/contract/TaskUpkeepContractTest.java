package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.store.Claim;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskStore.Heartbeat;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.store.TaskUpkeep.Promoted;
import io.taskorch.store.TaskUpkeep.Reaped;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class TaskUpkeepContractTest extends Contract {

  @Nested
  class Promote {

    @Test
    void whatIsDueBecomesReadyInTheOrderOfDueTimes() {
      Task second = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(5)).build());
      Task first = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(4)).build());
      Task later = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(6)).build());
      assertThat(stores.upkeep().promote(home()))
          .isEqualTo(new Promoted(0, first.dueAt(), clock.instant()));
      clock.advance(Duration.ofSeconds(5));
      assertThat(stores.upkeep().promote(home()))
          .isEqualTo(new Promoted(2, later.dueAt(), clock.instant()));
      assertThat(claim(5).leased().stream().map(l -> l.task().id()))
          .containsExactly(first.id(), second.id());
    }

    @Test
    void withNothingDueThereIsNoNext() {
      assertThat(stores.upkeep().promote(home()).nextDue()).isNull();
    }

    @Test
    void manyTakeSeveralCallsAtTheMost() {
      enqueueMany(1_000, TaskSpec.builder("t").delay(Duration.ofSeconds(5)).build());
      clock.advance(Duration.ofSeconds(5));
      int promoted = 0;
      for (int call = 0; call < 20 && promoted < 1_000; call++) {
        promoted += stores.upkeep().promote(home()).count();
      }
      assertThat(promoted).isEqualTo(1_000);
    }
  }

  @Nested
  class Reap {

    @Test
    void aLeaseThatHasNotExpiredIsLeftAlone() {
      Lease lease = running();
      clock.advance(LEASE.minusMillis(1));
      Reaped reaped = reapAfterStall();
      assertThat(reaped.released()).isZero();
      assertThat(find(lease.taskId()).state()).isEqualTo(TaskState.RUNNING);
    }

    @Test
    void anExpiredTaskGoesBackToItsPlaceWithACrashCounted() {
      Lease lease = running();
      enqueue(TaskSpec.of("t"));
      clock.advance(LEASE);
      assertThat(reapAfterStall().released()).isEqualTo(1);
      Task task = find(lease.taskId());
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
      assertThat(task.crashes()).isEqualTo(1);
      assertThat(task.failures()).isZero();
      assertThat(task.lastError().kind()).isEqualTo("crash");
      Claim.Leased again = claim(1).leased().getFirst();
      assertThat(again.task().id()).isEqualTo(lease.taskId());
      assertThat(again.task().attempt()).isEqualTo(2);
    }

    @Test
    void theThirdCrashEndsItEvenWithOneAttempt() {
      Task task =
          enqueue(
              TaskSpec.builder("t").retryPolicy(RetryPolicy.DEFAULT.withMaxAttempts(1)).build());
      for (int crash = 1; crash <= 3; crash++) {
        assertThat(claim(1).leased()).hasSize(1);
        clock.advance(LEASE);
        Reaped reaped = reapAfterStall();
        assertThat(reaped.released()).isEqualTo(crash < 3 ? 1 : 0);
        assertThat(reaped.failed()).isEqualTo(crash < 3 ? 0 : 1);
      }
      Task failed = find(task.id());
      assertThat(failed.state()).isEqualTo(TaskState.FAILED);
      assertThat(failed.reason()).isEqualTo(Reason.CRASH_LOOP);
      assertThat(failed.crashes()).isEqualTo(3);
    }

    @Test
    void anExpiredTaskThatWasToBeCancelledIsCancelled() {
      Lease lease = running();
      stores.tasks().cancel(lease.taskId());
      clock.advance(LEASE);
      reapAfterStall();
      assertThat(find(lease.taskId()).state()).isEqualTo(TaskState.CANCELLED);
    }

    @Test
    void aHeartbeatSavesIt() {
      Lease lease = running();
      clock.advance(LEASE.minusMillis(1));
      stores.tasks().heartbeat(List.of(lease), LEASE);
      clock.advance(LEASE.minusMillis(1));
      assertThat(reapAfterStall().released()).isZero();
    }

    @Test
    void afterAJumpOfTheClockItWaitsForTheGrace() {
      Lease lease = running();
      stores.upkeep().reap(home(), LEASE);
      clock.advance(Duration.ofMinutes(10));
      assertThat(stores.upkeep().reap(home(), LEASE).released()).isZero();
      assertThat(stores.tasks().heartbeat(List.of(lease), LEASE)).containsExactly(Heartbeat.HELD);
      Duration pass = Duration.ofSeconds(4);
      for (Duration t = Duration.ZERO; t.compareTo(LEASE) < 0; t = t.plus(pass)) {
        clock.advance(pass);
        stores.upkeep().reap(home(), LEASE);
      }
      clock.advance(pass);
      stores.upkeep().reap(home(), LEASE);
      assertThat(find(lease.taskId()).state()).isEqualTo(TaskState.PENDING);
    }
  }

  @Nested
  class Prune {

    @Test
    void succeededTasksGoAfterADayAndOthersAfterThirty() {
      Lease lease = running();
      stores.tasks().settle(List.of(new Settlement(lease, new Outcome.Succeeded(Json.of("1")))));
      String cancelled = stores.tasks().cancel(enqueue(TaskSpec.of("t")).id()).id();
      clock.advance(Duration.ofHours(24).minusMillis(1));
      assertThat(stores.upkeep().prune(home(), Duration.ZERO)).isZero();
      clock.advance(Duration.ofMillis(2));
      assertThat(pruneAll(Duration.ZERO)).isEqualTo(1);
      assertThat(stores.query().find(lease.taskId())).isEmpty();
      clock.advance(Duration.ofDays(29).minusMillis(2));
      assertThat(pruneAll(Duration.ZERO)).isZero();
      clock.advance(Duration.ofMillis(2));
      assertThat(pruneAll(Duration.ZERO)).isEqualTo(1);
      assertThat(stores.query().find(cancelled)).isEmpty();
    }

    @Test
    void tasksThatHaveSucceededTogetherGoTogetherButForThoseDeletedMeanwhile() {
      TaskSpec kept = TaskSpec.builder("t").retention(Duration.ofDays(2)).build();
      List<Lease> leases = new ArrayList<>();
      for (TaskSpec spec : List.of(TaskSpec.of("t"), TaskSpec.of("t"), TaskSpec.of("t"), kept)) {
        enqueue(spec);
      }
      claim(4).leased().forEach(leased -> leases.add(leased.lease()));
      Lease noted = leases.getFirst();
      stores.tasks().progress(noted, new Progress(1, "m"));
      stores
          .tasks()
          .settle(
              leases.stream()
                  .map(lease -> new Settlement(lease, new Outcome.Succeeded(Json.of("1"))))
                  .toList());
      String deleted = leases.get(1).taskId();
      stores.tasks().delete(deleted);
      clock.advance(Duration.ofHours(24).plusMillis(1));
      pruneAll(Duration.ZERO);
      assertThat(stores.query().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks())
          .extracting(Task::id)
          .containsExactly(leases.getLast().taskId());
      clock.advance(Duration.ofDays(1));
      pruneAll(Duration.ZERO);
      assertThat(keys())
          .noneMatch(key -> key.contains("task:") || key.contains("result:"))
          .noneMatch(key -> key.contains("progress:") || key.endsWith("expiring"));
    }

    @Test
    void whatIsLeftOfAGroupIsCountedAndGoesWithoutATrace() {
      Set<String> before = keys();
      List<String> ids = succeedTogether(5);
      assertThat(succeeded()).isEqualTo(5);
      stores.tasks().delete(ids.get(2));
      stores.tasks().delete(ids.get(0));
      assertThat(succeeded()).isEqualTo(3);
      assertThat(stores.query().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks())
          .extracting(Task::id)
          .containsExactly(ids.get(4), ids.get(3), ids.get(1));
      clock.advance(Duration.ofHours(24).minusMillis(1));
      assertThat(pruneAll(Duration.ZERO)).isZero();
      clock.advance(Duration.ofMillis(1));
      assertThat(pruneAll(Duration.ZERO)).isEqualTo(3);
      assertThat(succeeded()).isZero();
      assertThat(keys())
          .allMatch(
              key ->
                  before.contains(key)
                      || key.matches(".*}:((events|queues|sequence|leases)|(claim|operation):.*)"));
    }

    @Test
    void theLastTwoOfAGroupCanBeDeletedToo() {
      List<String> ids = succeedTogether(2);
      ids.forEach(stores.tasks()::delete);
      assertThat(succeeded()).isZero();
      assertThat(keys()).noneMatch(key -> key.contains("expiring") || key.contains("succeeded"));
    }

    @Test
    void groupsAndOthersGoInTheOrderOfTheirTimes() {
      List<String> first = succeedTogether(3);
      clock.advance(Duration.ofMillis(1));
      String alone = succeedTogether(1).getFirst();
      clock.advance(Duration.ofMillis(1));
      List<String> last = succeedTogether(300);
      clock.advance(Duration.ofHours(24).minusMillis(1));
      assertThat(pruneAll(Duration.ZERO)).isEqualTo(4);
      assertThat(stores.query().states(first)).isEmpty();
      assertThat(stores.query().find(alone)).isEmpty();
      assertThat(succeeded()).isEqualTo(last.size());
      clock.advance(Duration.ofMillis(1));
      assertThat(pruneAll(Duration.ZERO)).isEqualTo(300);
    }

    @Test
    void aGroupThatIsKeptForNoTimeGoesAtOnce() {
      succeedTogetherIn(home(), 3, TaskSpec.builder("t").retention(Duration.ZERO).build());
      assertThat(pruneAll(Duration.ZERO)).isEqualTo(3);
      assertThat(succeeded()).isZero();
    }

    @Test
    void aTasksOwnRetentionWins() {
      Task task =
          stores
              .tasks()
              .cancel(enqueue(TaskSpec.builder("t").retention(Duration.ofSeconds(5)).build()).id());
      clock.advance(Duration.ofSeconds(4));
      assertThat(pruneAll(Duration.ZERO)).isZero();
      assertThat(pruneAll(Duration.ofSeconds(2))).isEqualTo(1);
      assertThat(stores.query().find(task.id())).isEmpty();
    }

    @Test
    void whatIsPrunedLeavesNothingBehind() {
      Lease lease = running();
      stores.tasks().progress(lease, new Progress(1, "m"));
      stores
          .tasks()
          .log(lease, newNonce(), List.of(new LogLine(0, clock.instant(), "log", "line")));
      stores.tasks().settle(List.of(new Settlement(lease, new Outcome.Succeeded(Json.of("1")))));
      clock.advance(Duration.ofDays(2));
      pruneAll(Duration.ZERO);
      assertThat(keys()).noneMatch(key -> key.contains(lease.taskId()));
    }

    private long succeeded() {
      return stores.queues().find("default").orElseThrow().depth().get(TaskState.SUCCEEDED);
    }

    private List<String> succeedTogether(int count) {
      return succeedTogetherIn(home(), count, TaskSpec.of("t"));
    }

    private int pruneAll(Duration ahead) {
      int all = 0;
      for (int n; (n = stores.upkeep().prune(home(), ahead)) > 0; ) {
        all += n;
      }
      return all;
    }
  }

  @Nested
  class FailUnhandled {

    @Test
    void aTypeWithoutAHandlerFailsAfterTheGrace() {
      Task lonely = enqueue(TaskSpec.of("lonely"));
      claim(1);
      Task handled = enqueue(TaskSpec.of("t"));
      assertThat(failUnhandled()).isZero();
      clock.advance(Duration.ofSeconds(4));
      assertThat(failUnhandled()).isZero();
      clock.advance(Duration.ofSeconds(2));
      assertThat(failUnhandled()).isEqualTo(1);
      assertThat(find(handled.id()).state()).isEqualTo(TaskState.PENDING);
      Task failed = find(lonely.id());
      assertThat(failed.state()).isEqualTo(TaskState.FAILED);
      assertThat(failed.reason()).isEqualTo(Reason.NO_HANDLER);
      assertThat(failed.startedAt()).isNull();
      assertThat(failed.lastError().kind()).isEqualTo("no-handler");
    }

    @Test
    void aWorkerThatHandlesTheTypeSavesIt() {
      Task task = enqueue(TaskSpec.of("lonely"));
      claim(1);
      assertThat(failUnhandled()).isZero();
      clock.advance(Duration.ofSeconds(6));
      assertThat(failUnhandled(worker("t", "lonely"))).isZero();
      assertThat(failUnhandled()).isZero();
      assertThat(find(task.id()).state()).isEqualTo(TaskState.PENDING);
    }

    @Test
    void aLaneIsHandledByAWorkerThatHasItsTypeItsLabelsAndItsSlots() {
      Task task =
          enqueue(TaskSpec.builder("t").requires(List.of("region=eu", "gpu")).slots(4).build());
      claim(1);
      List<WorkerInfo> unable =
          List.of(
              worker(8, List.of("gpu", "region=eu"), "other"),
              worker(8, List.of("gpu"), "t"),
              worker(3, List.of("gpu", "region=eu"), "t"));
      unable.forEach(worker -> assertThat(failUnhandled(worker)).isZero());
      clock.advance(Duration.ofSeconds(6));
      assertThat(failUnhandled(worker(4, List.of("x", "gpu", "region=eu"), "t"))).isZero();
      assertThat(failUnhandled(unable.get(1))).isZero();
      clock.advance(Duration.ofSeconds(6));
      assertThat(failUnhandled(unable.get(2))).isEqualTo(1);
      Task failed = find(task.id());
      assertThat(failed.reason()).isEqualTo(Reason.NO_HANDLER);
      assertThat(failed.lastError())
          .isEqualTo(
              TaskError.of(
                  "no-handler",
                  "no live worker of the queue handles the task's type"
                      + " with labels gpu, region=eu and 4 slots"));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {"gpu | 1 | labels gpu", "'' | 2 | 2 slots"})
    void theErrorNamesWhatTheTaskNeeds(String label, int slots, String needs) {
      List<String> labels = label.isEmpty() ? List.of() : List.of(label);
      Task task = enqueue(TaskSpec.builder("t").requires(labels).slots(slots).build());
      claim(1);
      failUnhandled();
      clock.advance(Duration.ofSeconds(6));
      assertThat(failUnhandled()).isEqualTo(1);
      assertThat(find(task.id()).lastError().message()).endsWith("type with " + needs);
    }

    private int failUnhandled() {
      return failUnhandled(worker("t"));
    }

    private int failUnhandled(WorkerInfo live) {
      return stores
          .upkeep()
          .failUnhandled(home(), "default", demand -> demand.isMetBy(live), Duration.ofSeconds(5));
    }

    private static WorkerInfo worker(String... types) {
      return worker(1, List.of(), types);
    }

    private static WorkerInfo worker(int slots, List<String> labels, String... types) {
      return new WorkerInfo(
          "w", "h", "1", "p", List.of("default"), List.of(types), labels, slots, 0, false);
    }
  }

  @Test
  void memoryIsAShareOrNothing() {
    assertThat(stores.upkeep().memoryUsed(home())).isBetween(0.0, 1.0);
  }

  /** Twice, as the first pass after a jump of the clock only takes note. */
  private Lease running() {
    enqueue(TaskSpec.of("t"));
    return claim(1).leased().getFirst().lease();
  }
}
