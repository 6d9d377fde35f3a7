package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.store.Claim;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.store.TaskStore.Heartbeat;
import io.taskorch.store.TaskStore.Settled;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Attempt;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.Progress;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class TaskStoreContractTest extends Contract {

  private static final TaskError ERROR =
      new TaskError("exception", "java.io.IOException", "no route to host", "at a.B.c(B.java:7)");

  @Nested
  class Enqueue {

    @Test
    void aTaskComesBackAsItWasSubmitted() {
      TaskSpec spec =
          TaskSpec.builder("resize_image")
              .payload(Json.of("{\"a\":[],\"n\":9007199254740993,\"é\":\"\\u0000\"}"))
              .queue("images")
              .priority(Priority.CRITICAL)
              .retryPolicy(RetryPolicy.DEFAULT.withMaxAttempts(7))
              .startBefore(clock.instant().plusSeconds(60))
              .timeout(Duration.ofMinutes(5))
              .idempotencyKey("the key / with = signs")
              .tags(List.of("a", "b"))
              .metadata(Map.of("k", "value, \"quoted\"\n"))
              .retention(Duration.ofHours(3))
              .build();
      Task task = enqueue(spec);
      assertThat(task.spec()).isEqualTo(spec);
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
      assertThat(task.createdAt()).isEqualTo(clock.instant());
      assertThat(task.maxAttempts()).isEqualTo(7);
      assertThat(find(task.id())).isEqualTo(task);
    }

    @Test
    void everyByteOfAPayloadComesBack() {
      byte[] bytes = new byte[256];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) i;
      }
      Task task = enqueue(TaskSpec.builder("t").payload(Json.ofUtf8(bytes)).build());
      assertThat(find(task.id()).spec().payload().utf8()).isEqualTo(bytes);
    }

    @Test
    void anIdThatIsStoredIsLeftAsItIs() {
      Task first = enqueue(TaskSpec.builder("t").payload(Json.of("1")).build());
      TaskSpec other = TaskSpec.builder("u").payload(Json.of("2")).queue("elsewhere").build();
      Enqueued again = stores.tasks().enqueue(List.of(new NewTask(first.id(), other))).getFirst();
      assertThat(again).isEqualTo(new Enqueued(first, false));
      assertThat(find(first.id())).isEqualTo(first);
      assertThat(stores.queues().find("elsewhere")).isEmpty();
    }

    @Test
    void theSameIdTwiceInOneCallIsStoredOnce() {
      NewTask task = new NewTask(newId(), TaskSpec.of("t"));
      assertThat(stores.tasks().enqueue(List.of(task, task)))
          .extracting(Enqueued::created)
          .containsExactly(true, false);
      assertThat(claim(10).leased()).hasSize(1);
    }

    @Test
    void aThousandTasksOfAllPartitionsAreAnsweredInTheirOrder() {
      List<NewTask> tasks =
          IntStream.range(0, 1000)
              .mapToObj(
                  i ->
                      new NewTask(
                          stores.partitions().newId(i % setup.partitions(), clock.instant()),
                          TaskSpec.builder("t").payload(Json.of(String.valueOf(i))).build()))
              .toList();
      List<Enqueued> answers = stores.tasks().enqueue(tasks);
      assertThat(answers).allMatch(Enqueued::created);
      assertThat(answers.stream().map(a -> a.task().id()).toList())
          .isEqualTo(tasks.stream().map(NewTask::id).toList());
      assertThat(stores.queues().find("default").orElseThrow().depth())
          .containsEntry(TaskState.PENDING, 1000L);
    }

    @Test
    void payloadsThatTogetherAreLargerThanACallGoInSeveral() {
      Json large = Json.of("\"" + "x".repeat(TaskSpec.MOST_PAYLOAD_BYTES - 2) + "\"");
      List<NewTask> tasks =
          IntStream.range(0, 12)
              .mapToObj(i -> new NewTask(newId(), TaskSpec.builder("t").payload(large).build()))
              .toList();
      assertThat(stores.tasks().enqueue(tasks)).allMatch(Enqueued::created);
      assertThat(find(tasks.getLast().id()).spec().payload()).isEqualTo(large);
    }

    @Test
    void nothingToStoreIsNoError() {
      assertThat(stores.tasks().enqueue(List.of())).isEmpty();
    }

    @Test
    void withADelayItIsScheduledAndDueThen() {
      Task task = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(10)).build());
      assertThat(task.state()).isEqualTo(TaskState.SCHEDULED);
      assertThat(task.dueAt()).isEqualTo(clock.instant().plusSeconds(10));
      assertThat(task.spec().delay()).isNull();
    }

    @Test
    void runAtInThePastIsReadyNow() {
      Task task = enqueue(TaskSpec.builder("t").runAt(clock.instant().minusSeconds(1)).build());
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
    }
  }

  @Nested
  class ClaimTasks {

    @Test
    void itLeasesInOrderOfPriorityThenFirstIn() {
      List<String> ids = new ArrayList<>();
      for (Priority priority :
          List.of(Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.CRITICAL)) {
        ids.add(enqueue(TaskSpec.builder("t").priority(priority).build()).id());
      }
      String secondHigh = enqueue(TaskSpec.builder("t").priority(Priority.HIGH).build()).id();
      Claim claim = stores.tasks().claim(request("w1", 10, List.of(10, 0, 0, 0), "t"));
      assertThat(claim.leased().stream().map(l -> l.task().id()))
          .containsExactly(ids.get(3), ids.get(2), secondHigh, ids.get(1), ids.get(0));
    }

    @Test
    void aShareIsKeptForALowerPriority() {
      for (int i = 0; i < 5; i++) {
        enqueue(TaskSpec.builder("t").priority(Priority.CRITICAL).build());
      }
      Task low = enqueue(TaskSpec.builder("t").priority(Priority.LOW).build());
      Claim claim = stores.tasks().claim(request("w1", 3, List.of(2, 0, 0, 1), "t"));
      assertThat(claim.leased()).hasSize(3);
      assertThat(claim.leased()).anyMatch(l -> l.task().id().equals(low.id()));
    }

    @Test
    void theTaskRunsUnderALeaseOfItsClaim() {
      Task task = enqueue(TaskSpec.of("t"));
      Claim claim = claim(1);
      Claim.Leased leased = claim.leased().getFirst();
      assertThat(claim.now()).isEqualTo(clock.instant());
      assertThat(leased.expiresAt()).isEqualTo(clock.instant().plus(LEASE));
      assertThat(leased.lease().taskId()).isEqualTo(task.id());
      Task running = leased.task();
      assertThat(running.state()).isEqualTo(TaskState.RUNNING);
      assertThat(running.attempt()).isEqualTo(1);
      assertThat(running.fence()).isEqualTo(1);
      assertThat(running.workerId()).isEqualTo("w1");
      assertThat(running.startedAt()).isEqualTo(clock.instant());
      assertThat(find(task.id()).attempts())
          .containsExactly(new Attempt(0, 1, "w1", clock.instant(), null, null));
    }

    @Test
    void theSameClaimAgainGivesTheSame() {
      enqueue(TaskSpec.of("t"));
      enqueue(TaskSpec.of("t"));
      var request = request("w1", 1, List.of(1, 0, 0, 0), "t");
      Claim first = stores.tasks().claim(request);
      assertThat(stores.tasks().claim(request)).isEqualTo(first);
    }

    @Test
    void theSameClaimAgainLeavesOutWhatItNoLongerHolds() {
      enqueue(TaskSpec.of("t"));
      enqueue(TaskSpec.of("t"));
      var request = request("w1", 2, List.of(2, 0, 0, 0), "t");
      Claim first = stores.tasks().claim(request);
      settle(first.leased().getFirst().lease(), new Outcome.Succeeded(Json.NULL));
      assertThat(stores.tasks().claim(request).leased())
          .extracting(Claim.Leased::lease)
          .containsExactly(first.leased().getLast().lease());
    }

    @Test
    void nobodyGetsWhatAnotherHolds() {
      enqueue(TaskSpec.of("t"));
      claim(1);
      assertThat(stores.tasks().claim(request("w2", 1, List.of(1, 0, 0, 0), "t")).leased())
          .isEmpty();
    }

    @Test
    void typesThatTheWorkerDoesNotHandleKeepTheirPlaceForOneThatDoes() {
      String first = enqueue(TaskSpec.of("other")).id();
      String second = enqueue(TaskSpec.of("t")).id();
      String third = enqueue(TaskSpec.of("other")).id();
      String fourth = enqueue(TaskSpec.of("t")).id();
      assertThat(
              stores.tasks().claim(request("w1", 1, List.of(1, 0, 0, 0), "t")).leased().stream()
                  .map(l -> l.task().id()))
          .containsExactly(second);
      assertThat(
              stores
                  .tasks()
                  .claim(request("w2", 10, List.of(0, 0, 10, 0), "t", "other"))
                  .leased()
                  .stream()
                  .map(l -> l.task().id()))
          .containsExactly(first, third, fourth);
    }

    @Test
    void manyTasksOfATypeNobodyHandlesDoNotHideOneBehindThem() {
      for (int i = 0; i < 3; i++) {
        stores
            .tasks()
            .enqueue(
                Collections.nCopies(100, "other").stream()
                    .map(type -> new NewTask(newId(), TaskSpec.of(type)))
                    .toList());
      }
      Task behind = enqueue(TaskSpec.of("t"));
      List<String> claimed = new ArrayList<>();
      for (int call = 0; call < 5 && claimed.isEmpty(); call++) {
        claim(1).leased().forEach(l -> claimed.add(l.task().id()));
      }
      assertThat(claimed).containsExactly(behind.id());
    }

    @Test
    void aPausedQueueGivesNothingAndAResumedOneGivesAll() {
      enqueue(TaskSpec.of("t"));
      stores.queues().pause("default");
      assertThat(claim(1).leased()).isEmpty();
      stores.queues().resume("default");
      assertThat(claim(1).leased()).hasSize(1);
    }

    @Test
    void aTaskPastItsStartBeforeEndsExpired() {
      Task task = enqueue(TaskSpec.builder("t").startBefore(now().plusSeconds(5)).build());
      clock.advance(Duration.ofMillis(5_001));
      assertThat(claim(1).leased()).isEmpty();
      Task expired = find(task.id());
      assertThat(expired.state()).isEqualTo(TaskState.CANCELLED);
      assertThat(expired.reason()).isEqualTo(Reason.EXPIRED);
      assertThat(expired.attempt()).isZero();
    }

    @Test
    void itTakesWhatFallsDueAndSaysWhenTheNextIs() {
      Task soon = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(5)).build());
      Task later = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(9)).build());
      assertThat(claim(5).nextDue()).isEqualTo(soon.dueAt());
      clock.advance(Duration.ofSeconds(5));
      Claim claim = claim(5);
      assertThat(claim.leased().stream().map(l -> l.task().id())).containsExactly(soon.id());
      assertThat(claim.nextDue()).isEqualTo(later.dueAt());
    }

    @Test
    void itTakesOnlyFromTheQueuesAskedFor() {
      enqueue(TaskSpec.builder("t").queue("elsewhere").build());
      assertThat(claim(5).leased()).isEmpty();
    }

    @Test
    void twoHundredAtOnce() {
      stores
          .tasks()
          .enqueue(
              IntStream.range(0, 250)
                  .mapToObj(i -> new NewTask(newId(), TaskSpec.of("t")))
                  .toList());
      assertThat(claim(200).leased()).hasSize(200);
    }
  }

  @Nested
  class Settle {

    @Test
    void successKeepsTheResult() {
      Lease lease = running();
      Json result = Json.of("{\"a\":[],\"n\":9007199254740993}");
      clock.advance(Duration.ofSeconds(2));
      assertThat(settle(lease, new Outcome.Succeeded(result)))
          .isEqualTo(new Settled(TaskState.SUCCEEDED));
      Task task = find(lease.taskId());
      assertThat(task.state()).isEqualTo(TaskState.SUCCEEDED);
      assertThat(task.result()).isEqualTo(result);
      assertThat(task.finishedAt()).isEqualTo(clock.instant());
      assertThat(task.attempts().getLast().finishedAt()).isEqualTo(clock.instant());
    }

    @Test
    void aFailureThatMayBeTriedAgainWaitsForItsTime() {
      Lease lease = running();
      settle(lease, new Outcome.Retrying(ERROR, Duration.ofSeconds(5), 3));
      Task task = find(lease.taskId());
      assertThat(task.state()).isEqualTo(TaskState.RETRYING);
      assertThat(task.dueAt()).isEqualTo(clock.instant().plusSeconds(5));
      assertThat(task.failures()).isEqualTo(1);
      assertThat(task.maxAttempts()).isEqualTo(3);
      assertThat(task.lastError()).isEqualTo(ERROR);
      clock.advance(Duration.ofSeconds(5));
      assertThat(claim(1).leased().getFirst().task().attempt()).isEqualTo(2);
    }

    @Test
    void aFailureForGoodEndsIt() {
      Lease lease = running();
      settle(lease, new Outcome.Failed(ERROR, Reason.PERMANENT_ERROR, 3));
      Task task = find(lease.taskId());
      assertThat(task.state()).isEqualTo(TaskState.FAILED);
      assertThat(task.reason()).isEqualTo(Reason.PERMANENT_ERROR);
      assertThat(task.lastError()).isEqualTo(ERROR);
    }

    @Test
    void aReleasedTaskGoesToTheFrontAndItsAttemptIsNotSpent() {
      Lease lease = running();
      enqueue(TaskSpec.of("t"));
      settle(lease, new Outcome.Released());
      assertThat(find(lease.taskId()).attempt()).isZero();
      Claim.Leased next = claim(1).leased().getFirst();
      assertThat(next.task().id()).isEqualTo(lease.taskId());
      assertThat(next.task().attempt()).isEqualTo(1);
      assertThat(next.task().fence()).isEqualTo(2);
    }

    @Test
    void aSnoozedTaskIsScheduledAndItsAttemptIsNotSpent() {
      Lease lease = running();
      settle(lease, new Outcome.Snoozed(Duration.ofMinutes(1)));
      Task task = find(lease.taskId());
      assertThat(task.state()).isEqualTo(TaskState.SCHEDULED);
      assertThat(task.dueAt()).isEqualTo(clock.instant().plusSeconds(60));
      assertThat(task.attempt()).isZero();
    }

    @Test
    void aRepeatGetsTheFirstAnswer() {
      Lease lease = running();
      Outcome failed = new Outcome.Retrying(ERROR, Duration.ZERO, 3);
      assertThat(settle(lease, failed).state()).isEqualTo(TaskState.RETRYING);
      assertThat(settle(lease, failed).state()).isEqualTo(TaskState.RETRYING);
      Lease second = claim(1).leased().getFirst().lease();
      assertThat(settle(lease, failed).state()).isEqualTo(TaskState.RETRYING);
      Task task = find(lease.taskId());
      assertThat(task.state()).isEqualTo(TaskState.RUNNING);
      assertThat(task.failures()).isEqualTo(1);
      assertThat(settle(second, new Outcome.Succeeded(Json.NULL)).state())
          .isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void aRepeatWithAnotherOutcomeGetsTheFirstAnswerToo() {
      Lease lease = running();
      settle(lease, new Outcome.Succeeded(Json.of("1")));
      assertThat(settle(lease, new Outcome.Failed(ERROR, Reason.PERMANENT_ERROR, 3)).state())
          .isEqualTo(TaskState.SUCCEEDED);
      assertThat(find(lease.taskId()).result()).isEqualTo(Json.of("1"));
    }

    @Test
    void aStaleLeaseCannotSettle() {
      Lease stale = running();
      clock.advance(LEASE);
      stores.upkeep().reap(home(), Duration.ZERO);
      clock.advance(LEASE);
      stores.upkeep().reap(home(), Duration.ZERO);
      Lease current = claim(1).leased().getFirst().lease();
      Task before = find(stale.taskId());
      assertThat(settle(stale, new Outcome.Succeeded(Json.of("1"))).leaseLost()).isTrue();
      assertThat(find(stale.taskId())).isEqualTo(before);
      assertThat(settle(current, new Outcome.Succeeded(Json.of("2"))).state())
          .isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void aLeaseOfNoTaskIsLost() {
      Lease unknown = new Lease(newId(), 0, newNonce());
      assertThat(settle(unknown, new Outcome.Succeeded(Json.NULL)).leaseLost()).isTrue();
    }

    @Test
    void theSameLeaseTwiceInOneCallCountsOnce() {
      Lease lease = running();
      Settlement first = new Settlement(lease, new Outcome.Retrying(ERROR, Duration.ZERO, 3));
      Settlement second = new Settlement(lease, new Outcome.Succeeded(Json.NULL));
      assertThat(stores.tasks().settle(List.of(first, second)))
          .extracting(Settled::state)
          .containsExactly(TaskState.RETRYING, TaskState.RETRYING);
      assertThat(find(lease.taskId()).failures()).isEqualTo(1);
    }

    @Test
    void manyOfAllPartitionsAreAnsweredInTheirOrder() {
      List<Lease> leases = new ArrayList<>();
      for (int p = 0; p < setup.partitions(); p++) {
        int partition = p;
        stores
            .tasks()
            .enqueue(
                IntStream.range(0, 150)
                    .mapToObj(
                        i ->
                            new NewTask(
                                stores.partitions().newId(partition, now()), TaskSpec.of("t")))
                    .toList());
        stores
            .tasks()
            .claim(request(partition, "w1", 150, List.of(150, 0, 0, 0), "t"))
            .leased()
            .forEach(l -> leases.add(l.lease()));
      }
      Collections.shuffle(leases, new Random(7));
      List<Settlement> settlements = new ArrayList<>();
      for (int i = 0; i < leases.size(); i++) {
        settlements.add(
            new Settlement(
                leases.get(i),
                i % 2 == 0 ? new Outcome.Succeeded(Json.of("" + i)) : new Outcome.Released()));
      }
      List<Settled> answers = stores.tasks().settle(settlements);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).state())
            .isEqualTo(i % 2 == 0 ? TaskState.SUCCEEDED : TaskState.PENDING);
      }
      assertThat(find(leases.getFirst().taskId()).result()).isEqualTo(Json.of("0"));
    }
  }

  @Nested
  class WhileItRuns {

    @Test
    void aHeartbeatProlongsTheLeaseFromNow() {
      Lease lease = running();
      clock.advance(Duration.ofSeconds(20));
      assertThat(stores.tasks().heartbeat(List.of(lease), LEASE)).containsExactly(Heartbeat.HELD);
      for (Duration pass : List.of(LEASE.minusMillis(1), Duration.ofMillis(1))) {
        assertThat(find(lease.taskId()).state()).isEqualTo(TaskState.RUNNING);
        clock.advance(pass);
        reapAfterStall();
      }
      assertThat(find(lease.taskId()).state()).isEqualTo(TaskState.PENDING);
    }

    @Test
    void aHeartbeatTellsOfACancelAndOfALoss() {
      Lease cancelled = running();
      stores.tasks().cancel(cancelled.taskId());
      Lease unknown = new Lease(newId(), 0, newNonce());
      assertThat(stores.tasks().heartbeat(List.of(unknown, cancelled), LEASE))
          .containsExactly(Heartbeat.LOST, Heartbeat.CANCEL_REQUESTED);
    }

    @Test
    void progressIsSeen() {
      Lease lease = running();
      assertThat(stores.tasks().progress(lease, new Progress(40, "décodé\n"))).isTrue();
      assertThat(find(lease.taskId()).progress()).isEqualTo(new Progress(40, "décodé\n"));
      assertThat(stores.tasks().progress(lease, new Progress(41, null))).isTrue();
      assertThat(find(lease.taskId()).progress()).isEqualTo(new Progress(41, null));
    }

    @Test
    void linesAreReadInTheirOrder() {
      Lease lease = running();
      assertThat(log(lease, "one", "two")).isTrue();
      assertThat(log(lease, "three")).isTrue();
      var page = stores.logs().read(lease.taskId(), 0, 100);
      assertThat(page.lines()).extracting(LogLine::line).containsExactly("one", "two", "three");
      assertThat(page.lines()).extracting(LogLine::time).containsOnly(clock.instant());
      assertThat(page.lines()).extracting(LogLine::seq).isSorted().doesNotHaveDuplicates();
      assertThat(page.dropped()).isZero();
      long second = page.lines().get(1).seq();
      assertThat(stores.logs().read(lease.taskId(), second, 100).lines())
          .extracting(LogLine::line)
          .containsExactly("three");
      assertThat(stores.logs().read(lease.taskId(), 0, 1).lines()).hasSize(1);
    }

    @Test
    void theSameLinesAgainAddNothing() {
      Lease lease = running();
      String operation = newNonce();
      List<LogLine> lines = List.of(new LogLine(0, now(), "stderr", "once"));
      assertThat(stores.tasks().log(lease, operation, lines)).isTrue();
      assertThat(stores.tasks().log(lease, operation, lines)).isTrue();
      assertThat(stores.logs().read(lease.taskId(), 0, 100).lines()).hasSize(1);
    }

    @Test
    void aLostLeaseWritesNeitherProgressNorLines() {
      Lease lease = running();
      settle(lease, new Outcome.Succeeded(Json.NULL));
      Task before = find(lease.taskId());
      assertThat(stores.tasks().progress(lease, new Progress(1, null))).isFalse();
      assertThat(log(lease, "late")).isFalse();
      assertThat(find(lease.taskId())).isEqualTo(before);
      assertThat(stores.logs().read(lease.taskId(), 0, 100).lines()).isEmpty();
    }

    private boolean log(Lease lease, String... lines) {
      return stores
          .tasks()
          .log(
              lease,
              newNonce(),
              List.of(lines).stream().map(l -> new LogLine(0, now(), "stdout", l)).toList());
    }
  }

  @Nested
  class Cancel {

    @Test
    void whatWaitsEndsAtOnce() {
      Task task = stores.tasks().cancel(enqueue(TaskSpec.of("t")).id());
      assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
      assertThat(task.reason()).isEqualTo(Reason.CANCELLED);
      assertThat(claim(1).leased()).isEmpty();
      assertThat(stores.tasks().cancel(task.id())).isEqualTo(task);
    }

    @Test
    void whatRunsIsToldAndMaySucceedAllTheSame() {
      Lease lease = running();
      Task told = stores.tasks().cancel(lease.taskId());
      assertThat(told.state()).isEqualTo(TaskState.RUNNING);
      assertThat(told.cancelRequested()).isTrue();
      assertThat(settle(lease, new Outcome.Succeeded(Json.NULL)).state())
          .isEqualTo(TaskState.SUCCEEDED);
    }

    @Test
    void anyOtherEndOfACancelledAttemptIsCancelled() {
      for (Outcome outcome :
          List.of(
              new Outcome.Retrying(ERROR, Duration.ZERO, 3),
              new Outcome.Failed(ERROR, Reason.PERMANENT_ERROR, 3),
              new Outcome.Released(),
              new Outcome.Snoozed(Duration.ZERO))) {
        Lease lease = running();
        stores.tasks().cancel(lease.taskId());
        assertThat(settle(lease, outcome).state()).isEqualTo(TaskState.CANCELLED);
        assertThat(find(lease.taskId()).reason()).isEqualTo(Reason.CANCELLED);
      }
    }

    @Test
    void whatHasEndedOtherwiseIsRefused() {
      Lease lease = running();
      settle(lease, new Outcome.Succeeded(Json.NULL));
      assertThatThrownBy(() -> stores.tasks().cancel(lease.taskId()))
          .isInstanceOf(IllegalMoveException.class);
      assertThatThrownBy(() -> stores.tasks().cancel(newId()))
          .isInstanceOf(TaskNotFoundException.class);
    }
  }

  @Nested
  class ByAnOperator {

    @Test
    void aRetryIsANewGenerationWithAllAttempts() {
      Lease lease = running();
      settle(lease, new Outcome.Failed(ERROR, Reason.ATTEMPTS_SPENT, 1));
      Task task = stores.tasks().retry(lease.taskId(), newNonce());
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
      assertThat(task.generation()).isEqualTo(1);
      assertThat(task.attempt()).isZero();
      assertThat(task.failures()).isZero();
      assertThat(task.reason()).isNull();
      Claim.Leased again = claim(1).leased().getFirst();
      assertThat(again.lease().generation()).isEqualTo(1);
      assertThat(again.task().fence()).isEqualTo(2);
    }

    @Test
    void theSameRetryAgainChangesNothing() {
      Lease lease = running();
      settle(lease, new Outcome.Failed(ERROR, Reason.ATTEMPTS_SPENT, 1));
      String operation = newNonce();
      Task first = stores.tasks().retry(lease.taskId(), operation);
      assertThat(stores.tasks().retry(lease.taskId(), operation)).isEqualTo(first);
      assertThatThrownBy(() -> stores.tasks().retry(lease.taskId(), newNonce()))
          .isInstanceOf(IllegalMoveException.class);
    }

    @Test
    void runNowMakesReadyWhatWaitsForItsTime() {
      Task task = enqueue(TaskSpec.builder("t").delay(Duration.ofHours(1)).build());
      assertThat(stores.tasks().runNow(task.id()).state()).isEqualTo(TaskState.PENDING);
      assertThat(stores.tasks().runNow(task.id()).state()).isEqualTo(TaskState.PENDING);
      assertThat(claim(1).leased()).hasSize(1);
      assertThatThrownBy(() -> stores.tasks().runNow(task.id()))
          .isInstanceOf(IllegalMoveException.class);
    }

    @Test
    void aDeletedTaskLeavesNothingBehind() {
      Lease lease = running();
      stores.tasks().progress(lease, new Progress(1, "m"));
      settle(lease, new Outcome.Failed(ERROR, Reason.PERMANENT_ERROR, 1));
      stores.tasks().delete(lease.taskId());
      assertThat(stores.query().find(lease.taskId())).isEmpty();
      // but for the memory of the call itself, which passes
      assertThat(keys())
          .filteredOn(key -> key.contains(lease.taskId()))
          .allMatch(key -> namespace.raw().number("PTTL", key) > 0);
      assertThatThrownBy(() -> stores.tasks().delete(lease.taskId()))
          .isInstanceOf(TaskNotFoundException.class);
    }

    @Test
    void onlyWhatHasEndedIsDeleted() {
      Task task = enqueue(TaskSpec.of("t"));
      assertThatThrownBy(() -> stores.tasks().delete(task.id()))
          .isInstanceOf(IllegalMoveException.class);
      assertThat(find(task.id())).isEqualTo(task);
    }
  }

  private Lease running() {
    Task task = enqueue(TaskSpec.of("t"));
    Claim claim = claim(1);
    assertThat(claim.leased()).hasSize(1);
    assertThat(claim.leased().getFirst().task().id()).isEqualTo(task.id());
    return claim.leased().getFirst().lease();
  }

  private Settled settle(Lease lease, Outcome outcome) {
    return stores.tasks().settle(List.of(new Settlement(lease, outcome))).getFirst();
  }

  private Instant now() {
    return clock.instant();
  }
}
