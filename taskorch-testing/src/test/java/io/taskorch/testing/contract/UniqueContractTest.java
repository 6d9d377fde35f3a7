package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.store.Claim.Leased;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueConflictException;
import io.taskorch.task.UniqueKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of the tasks with one key at most one holds it, and it is free again when that says so. */
@ParameterizedClass
@EnumSource(Setup.class)
class UniqueContractTest extends Contract {

  private static final Outcome SUCCESS = new Outcome.Succeeded(Json.of("1"));
  private static final Outcome FAILURE =
      new Outcome.Failed(TaskError.of("exception", "no"), Reason.PERMANENT_ERROR, 1);

  private static TaskSpec.Builder spec(UniqueKey unique) {
    return TaskSpec.builder("t").payload(Json.of("1")).unique(unique);
  }

  private UniqueKey unique(String key) {
    return UniqueKey.of(at(key));
  }

  private Enqueued submit(TaskSpec.Builder spec) {
    return stores.tasks().enqueue(List.of(new NewTask(newId(), spec.build()))).getFirst();
  }

  private void settle(Outcome outcome) {
    List<Leased> leased = claim(10).leased();
    assertThat(leased).isNotEmpty();
    stores
        .tasks()
        .settle(leased.stream().map(one -> new Settlement(one.lease(), outcome)).toList());
  }

  private Set<String> uniqueKeys() {
    return namespace.raw().keys("{" + namespace.name() + ":" + home() + "}:unique:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"k", "a key with {braces} and spaces", "é🙂\n", "k\0k"})
  void oneTaskHoldsAKeyUntilItHasSucceeded(String key) {
    UniqueKey unique = unique(key);
    Enqueued holder = submit(spec(unique));
    assertThat(holder.created()).isTrue();
    assertThat(holder.task().spec().unique()).isEqualTo(unique);
    Enqueued other = submit(spec(unique).payload(Json.of("2")));
    assertThat(other).isEqualTo(new Enqueued(find(holder.task().id()), false));
    assertThat(find(holder.task().id()).spec().payload()).isEqualTo(Json.of("1"));
    assertThat(submit(spec(unique(key + "2"))).created()).isTrue();
    settle(SUCCESS);
    Enqueued next = submit(spec(unique));
    assertThat(next.created()).isTrue();
    assertThat(find(next.task().id()).spec().unique()).isEqualTo(unique);
  }

  @Test
  void aHolderOnlyWaits_RunsOrIsTriedAgain() {
    UniqueKey unique = unique("k");
    String id = submit(spec(unique)).task().id();
    Leased leased = claim(1).leased().getFirst();
    assertThat(submit(spec(unique)).task().id()).isEqualTo(id);
    Outcome again = new Outcome.Retrying(TaskError.of("exception", "no"), Duration.ZERO, 3);
    stores.tasks().settle(List.of(new Settlement(leased.lease(), again)));
    assertThat(submit(spec(unique)).task().id()).isEqualTo(id);
    leased = claim(1).leased().getFirst();
    stores.tasks().settle(List.of(new Settlement(leased.lease(), new Outcome.Released())));
    assertThat(submit(spec(unique)).task().id()).isEqualTo(id);
    settle(SUCCESS);
    assertThat(uniqueKeys()).isEmpty();
  }

  @Test
  void aFailure_ACancelling_AnExpiryAndAPurgeFreeTheKey() {
    for (UniqueKey unique :
        List.of(unique("k"), unique("k").untilStart(), unique("k").forTime(Duration.ofHours(1)))) {
      submit(spec(unique));
      settle(FAILURE);
      assertThat(uniqueKeys()).as("failed, %s", unique).isEmpty();
      stores.tasks().cancel(submit(spec(unique)).task().id());
      assertThat(uniqueKeys()).as("cancelled, %s", unique).isEmpty();
      submit(spec(unique).startBefore(clock.instant().plusSeconds(1)));
      clock.advance(Duration.ofSeconds(2));
      assertThat(claim(1).leased()).isEmpty();
      assertThat(uniqueKeys()).as("expired, %s", unique).isEmpty();
      submit(spec(unique).delay(Duration.ofHours(1)));
      stores.queues().purge("default");
      assertThat(uniqueKeys()).as("purged, %s", unique).isEmpty();
    }
  }

  @Test
  void aTaskThatKillsItsWorkersFreesTheKeyWhenItIsGivenUp() {
    UniqueKey unique = unique("k");
    String id = submit(spec(unique)).task().id();
    while (!find(id).state().isFinal()) {
      assertThat(submit(spec(unique)).task().id()).isEqualTo(id);
      claim(1);
      clock.advance(LEASE.plusSeconds(31));
      reapAfterStall();
    }
    assertThat(find(id).state()).isEqualTo(TaskState.FAILED);
    assertThat(submit(spec(unique)).created()).isTrue();
  }

  @Test
  void aKeyThatIsHeldUntilTheStartIsFreeFromThenOn() {
    UniqueKey unique = unique("k").untilStart();
    String first = submit(spec(unique)).task().id();
    assertThat(submit(spec(unique)).task().id()).isEqualTo(first);
    Leased running = claim(1).leased().getFirst();
    String second = submit(spec(unique)).task().id();
    assertThat(second).isNotEqualTo(first);
    // The end of the first, which holds nothing any more, does not free what the second holds.
    stores.tasks().settle(List.of(new Settlement(running.lease(), SUCCESS)));
    assertThat(submit(spec(unique)).task().id()).isEqualTo(second);
  }

  @Test
  void aKeyThatIsHeldForATimeOutlivesASuccess() {
    UniqueKey unique = unique("k").forTime(Duration.ofMinutes(10));
    String id = submit(spec(unique)).task().id();
    settle(SUCCESS);
    assertThat(submit(spec(unique)).task().id()).isEqualTo(id);
    String key = uniqueKeys().iterator().next();
    assertThat(namespace.raw().number("PTTL", key)).isBetween(590_000L, 600_000L);
    // by the server's own clock, which no test can set
    namespace.raw().number("DEL", key);
    assertThat(submit(spec(unique)).created()).isTrue();
  }

  @Test
  void aHolderThatHasNotStartedTakesTheNewPayloadAndKeepsItsPlace() {
    UniqueKey unique = unique("k").orReplace(null);
    String id = submit(spec(unique).tags(List.of("a"))).task().id();
    String behind = enqueue(TaskSpec.of("t")).id();
    Enqueued replaced = submit(spec(unique).payload(Json.of("{\"n\":1.10}")));
    assertThat(replaced.replaced()).isTrue();
    assertThat(replaced.created()).isFalse();
    assertThat(replaced.task().id()).isEqualTo(id);
    assertThat(replaced.task().spec().payload()).isEqualTo(Json.of("{\"n\":1.10}"));
    assertThat(replaced.task().spec().tags()).containsExactly("a");
    List<Leased> leased = claim(2).leased();
    assertThat(leased).extracting(one -> one.task().id()).containsExactly(id, behind);
    assertThat(leased.getFirst().task().spec().payload()).isEqualTo(Json.of("{\"n\":1.10}"));
    Enqueued late = submit(spec(unique).payload(Json.of("3")));
    assertThat(late.replaced()).isFalse();
    assertThat(late.task().spec().payload()).isEqualTo(Json.of("{\"n\":1.10}"));
  }

  @Test
  void aHolderIsPutOffButNoLongerThanItMayBe() {
    UniqueKey unique = unique("k").orReplace(Duration.ofSeconds(25));
    Task first = submit(spec(unique).delay(Duration.ofSeconds(10))).task();
    for (int i = 2; i <= 4; i++) {
      clock.advance(Duration.ofSeconds(8));
      Enqueued next = submit(spec(unique).payload(Json.of("" + i)).delay(Duration.ofSeconds(10)));
      assertThat(next.replaced()).isTrue();
      assertThat(next.task().state()).isEqualTo(TaskState.SCHEDULED);
      int due = Math.min(25, 8 * (i - 1) + 10);
      assertThat(next.task().dueAt()).isEqualTo(first.createdAt().plusSeconds(due));
    }
    assertThat(claim(1).leased()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(claim(1).leased().getFirst().task().spec().payload()).isEqualTo(Json.of("4"));
  }

  @Test
  void aHolderOfAnotherTypeDoesNotTakeAPayloadThatIsNotItsOwn() {
    UniqueKey unique = unique("k").orReplace(null);
    Task holder = submit(spec(unique)).task();
    Enqueued other = submit(TaskSpec.builder("other").payload(Json.of("\"its\"")).unique(unique));
    assertThat(other).isEqualTo(new Enqueued(find(holder.id()), false));
    assertThat(other.task().spec().payload()).isEqualTo(Json.of("1"));
  }

  @Test
  void aHolderIsNeverPulledForward() {
    UniqueKey unique = unique("k").orReplace(Duration.ofSeconds(5));
    Task holder = submit(spec(unique).delay(Duration.ofHours(1))).task();
    Enqueued sooner = submit(spec(unique).payload(Json.of("2")).delay(Duration.ofSeconds(1)));
    assertThat(sooner.replaced()).isTrue();
    assertThat(sooner.task().dueAt()).isEqualTo(holder.dueAt());
  }

  @Test
  void severalThatReplaceInOneCallLeaveRecordAndIndexAlike() {
    UniqueKey unique = unique("k").orReplace(null);
    String id = submit(spec(unique).delay(Duration.ofSeconds(1))).task().id();
    TaskSpec later = spec(unique).payload(Json.of("2")).delay(Duration.ofSeconds(60)).build();
    TaskSpec last = spec(unique).payload(Json.of("3")).build();
    stores.tasks().enqueue(List.of(new NewTask(newId(), later), new NewTask(newId(), last)));
    Task holder = find(id);
    assertThat(holder.spec().payload()).isEqualTo(Json.of("3"));
    assertThat(holder.dueAt()).isEqualTo(holder.createdAt().plusSeconds(60));
    clock.advance(Duration.ofSeconds(59));
    assertThat(claim(1).leased()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    assertThat(claim(1).leased()).hasSize(1);
  }

  @Test
  void ofManyInOneCallTheFirstHoldsTheKey() {
    UniqueKey unique = unique("k").orReplace(null);
    List<NewTask> tasks =
        IntStream.range(0, 5)
            .mapToObj(i -> new NewTask(newId(), spec(unique).payload(Json.of("" + i)).build()))
            .toList();
    List<Enqueued> answers = stores.tasks().enqueue(tasks);
    String id = tasks.getFirst().id();
    assertThat(answers).extracting(answer -> answer.task().id()).containsOnly(id);
    assertThat(answers)
        .extracting(Enqueued::created)
        .containsExactly(true, false, false, false, false);
    assertThat(find(id).spec().payload()).isEqualTo(Json.of("4"));
    assertThat(stores.tasks().enqueue(tasks).getFirst().created()).isFalse();
    assertThat(claim(10).leased()).hasSize(1);
  }

  @Test
  void theSameCallAgainGivesTheSameTask() {
    NewTask task = new NewTask(newId(), spec(unique("k")).build());
    assertThat(stores.tasks().enqueue(List.of(task)).getFirst().created()).isTrue();
    Enqueued again = stores.tasks().enqueue(List.of(task)).getFirst();
    assertThat(again).isEqualTo(new Enqueued(find(task.id()), false));
  }

  @Test
  void aTaskThatIsRetriedTakesItsKeyAgainUnlessAnotherOneHoldsIt() {
    UniqueKey unique = unique("k");
    String id = submit(spec(unique)).task().id();
    settle(FAILURE);
    String other = submit(spec(unique)).task().id();
    assertThatThrownBy(() -> stores.tasks().retry(id, newNonce()))
        .isInstanceOfSatisfying(
            UniqueConflictException.class, e -> assertThat(e.holder()).isEqualTo(other));
    assertThat(find(id).state()).isEqualTo(TaskState.FAILED);
    settle(SUCCESS);
    assertThat(stores.tasks().retry(id, newNonce()).state()).isEqualTo(TaskState.PENDING);
    assertThat(submit(spec(unique)).task().id()).isEqualTo(id);
    settle(SUCCESS);
    assertThat(uniqueKeys()).isEmpty();
  }

  @Test
  void aKeyWhoseHolderIsGoneIsFree() {
    UniqueKey unique = unique("k");
    String id = submit(spec(unique)).task().id();
    namespace.raw().number("DEL", "{" + namespace.name() + ":" + home() + "}:task:" + id);
    assertThat(submit(spec(unique)).created()).isTrue();
  }
}
