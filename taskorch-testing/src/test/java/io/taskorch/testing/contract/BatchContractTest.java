package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchSpec;
import io.taskorch.batch.BatchState;
import io.taskorch.batch.IllegalBatchMoveException;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.NewBatch;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.BatchClosedException;
import io.taskorch.task.BatchLink;
import io.taskorch.task.BatchLink.Role;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.Sequence;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A batch ends when all its members have, and never before; what follows from that comes once. */
@ParameterizedClass
@EnumSource(Setup.class)
class BatchContractTest extends Contract {

  private static final Outcome SUCCESS = new Outcome.Succeeded(Json.of("1"));
  private static final Outcome FAILURE =
      new Outcome.Failed(TaskError.of("exception", "no"), Reason.PERMANENT_ERROR, 1);
  private static final TaskSpec PLAIN = TaskSpec.of("t");

  private NewTask member(String batch, TaskSpec spec) {
    return new NewTask(newId(), spec.toBuilder().batch(BatchLink.member(batch)).build());
  }

  private List<NewTask> members(String batch, int count) {
    List<NewTask> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(member(batch, PLAIN));
    }
    return members;
  }

  private static TaskSpec callback(String payload) {
    return TaskSpec.builder("callback").payload(Json.of(payload)).queue("callbacks").build();
  }

  private NewBatch newBatch(String id, int count) {
    return newBatch(id, members(id, count), null);
  }

  private static NewBatch newBatch(String id, List<NewTask> members, @Nullable String parent) {
    return new NewBatch(
        id,
        members,
        callback("\"failure\""),
        callback("\"success\""),
        callback("\"finish\""),
        parent,
        null);
  }

  private String start(int count) {
    String id = newId();
    stores.batches().start(newBatch(id, count));
    return id;
  }

  private String startIn(String parent, int count) {
    String id = newId();
    stores.batches().start(newBatch(id, members(id, count), parent));
    return id;
  }

  private void add(String batch, int count) {
    stores.tasks().enqueue(members(batch, count));
  }

  private void settle(List<Leased> leased, Outcome outcome) {
    stores
        .tasks()
        .settle(leased.stream().map(one -> new Settlement(one.lease(), outcome)).toList());
  }

  /** Works some tasks off. */
  private List<Leased> work(int most, Outcome outcome) {
    List<Leased> leased = claim(most).leased();
    settle(leased, outcome);
    return leased;
  }

  private Batch batch(String id) {
    return stores.batches().find(id).orElseThrow();
  }

  /** Payloads of the callbacks that have come about, in their order. */
  private List<String> callbacks() {
    ClaimRequest request =
        new ClaimRequest(
            "w2",
            newNonce(),
            home(),
            List.of("callbacks"),
            Set.of("callback"),
            100,
            List.of(100, 0, 0, 0),
            LEASE);
    List<Leased> leased = stores.tasks().claim(request).leased();
    settle(leased, SUCCESS);
    return leased.stream()
        .map(one -> one.task().spec().payload().toString().replace("\"", ""))
        .toList();
  }

  private void advance() {
    while (stores.runs().advance(home()).more()) {}
  }

  private void prune() {
    while (stores.upkeep().prune(home(), Duration.ZERO) > 0) {}
  }

  private static void assertCounts(
      Batch batch, int total, int waiting, int running, int succeeded, int failed, int cancelled) {
    assertThat(
            List.of(
                batch.total(),
                batch.waiting(),
                batch.running(),
                batch.succeeded(),
                batch.failed(),
                batch.cancelled()))
        .containsExactly(total, waiting, running, succeeded, failed, cancelled);
  }

  @Test
  void itEndsWithItsLastMember() {
    String id = start(3);
    Batch begun = batch(id);
    assertThat(begun.state()).isEqualTo(BatchState.RUNNING);
    assertThat(begun.createdAt()).isEqualTo(clock.instant());
    assertThat(begun.finishedAt()).isNull();
    assertCounts(begun, 3, 3, 0, 0, 0, 0);
    List<Leased> leased = claim(2).leased();
    assertThat(leased.getFirst().task().spec().batch()).isEqualTo(BatchLink.member(id));
    assertCounts(batch(id), 3, 1, 2, 0, 0, 0);
    settle(leased, SUCCESS);
    assertCounts(batch(id), 3, 1, 0, 2, 0, 0);
    assertThat(callbacks()).isEmpty();
    clock.advance(Duration.ofSeconds(1));
    work(1, SUCCESS);
    Batch ended = batch(id);
    assertThat(ended.state()).isEqualTo(BatchState.SUCCEEDED);
    assertThat(ended.finishedAt()).isEqualTo(clock.instant());
    assertCounts(ended, 3, 0, 0, 3, 0, 0);
    assertThat(callbacks()).containsExactly("success", "finish");
    Task callback = find(ended.onFinishId());
    assertThat(callback.state()).isEqualTo(TaskState.SUCCEEDED);
    assertThat(callback.spec().batch()).isEqualTo(new BatchLink(id, Role.ON_FINISH));
    assertThat(find(ended.onSuccessId()).spec().batch().role()).isEqualTo(Role.ON_SUCCESS);
    assertThat(ended.onFailureId()).isNull();
  }

  @Test
  void allOfThemInOneCallEndItOnce() {
    String id = start(150);
    work(200, SUCCESS);
    assertCounts(batch(id), 150, 0, 0, 150, 0, 0);
    assertThat(callbacks()).containsExactly("success", "finish");
  }

  @Test
  void theFirstFailureIsToldAtOnceAndOnlyOnce() {
    String id = start(4);
    work(1, FAILURE);
    assertThat(batch(id).state()).isEqualTo(BatchState.RUNNING);
    assertThat(batch(id).onFailureId()).isNotNull();
    assertThat(callbacks()).containsExactly("failure");
    work(2, FAILURE);
    assertCounts(batch(id), 4, 1, 0, 0, 3, 0);
    work(1, SUCCESS);
    assertThat(batch(id).state()).isEqualTo(BatchState.FAILED);
    assertThat(callbacks()).containsExactly("finish");
  }

  @Test
  void whatIsTriedAgainOrGivenBackHasNotEnded() {
    String id = start(1);
    work(1, new Outcome.Retrying(TaskError.of("exception", "no"), Duration.ZERO, 3));
    assertCounts(batch(id), 1, 1, 0, 0, 0, 0);
    work(1, new Outcome.Released());
    work(1, new Outcome.Snoozed(Duration.ZERO));
    assertCounts(batch(id), 1, 1, 0, 0, 0, 0);
    claim(1);
    clock.advance(LEASE.plusSeconds(31));
    reapAfterStall();
    assertCounts(batch(id), 1, 1, 0, 0, 0, 0);
    assertThat(batch(id).state()).isEqualTo(BatchState.RUNNING);
  }

  @Test
  void aMemberEndsHoweverItEnds() {
    String id = newId();
    List<NewTask> members =
        List.of(
            member(id, PLAIN),
            member(id, PLAIN.toBuilder().queue("elsewhere").build()),
            member(id, PLAIN.toBuilder().startBefore(clock.instant().plusSeconds(1)).build()),
            member(id, PLAIN.toBuilder().delay(Duration.ofHours(1)).build()));
    stores.batches().start(newBatch(id, members, null));
    stores.tasks().cancel(members.getFirst().id());
    stores.queues().purge("elsewhere");
    stores.tasks().cancel(members.getLast().id());
    assertCounts(batch(id), 4, 1, 0, 0, 0, 3);
    clock.advance(Duration.ofSeconds(2));
    assertThat(claim(1).leased()).isEmpty();
    assertThat(batch(id).state()).isEqualTo(BatchState.CANCELLED);
    assertCounts(batch(id), 4, 0, 0, 0, 0, 4);
    assertThat(callbacks()).containsExactly("finish");
  }

  @Test
  void theSameCallsAgainAddNothing() {
    String id = newId();
    NewBatch batch = newBatch(id, 3);
    stores.batches().start(batch);
    stores.batches().start(batch);
    List<NewTask> more = members(id, 2);
    stores.tasks().enqueue(more);
    stores.tasks().enqueue(more);
    assertCounts(batch(id), 5, 5, 0, 0, 0, 0);
    List<Leased> leased = work(5, SUCCESS);
    settle(leased, SUCCESS);
    settle(leased, FAILURE);
    assertCounts(batch(id), 5, 0, 0, 5, 0, 0);
    stores.batches().start(batch);
    stores.tasks().enqueue(more);
    assertCounts(batch(id), 5, 0, 0, 5, 0, 0);
    assertThat(callbacks()).containsExactly("success", "finish");
  }

  @Test
  void itWaitsForWhatIsAddedWhileItRuns() {
    String id = start(1);
    List<Leased> first = claim(1).leased();
    add(id, 1);
    settle(first, SUCCESS);
    assertThat(batch(id).state()).isEqualTo(BatchState.RUNNING);
    work(1, SUCCESS);
    assertThat(batch(id).state()).isEqualTo(BatchState.SUCCEEDED);
    assertThatThrownBy(() -> add(id, 1)).isInstanceOf(BatchClosedException.class);
    assertThatThrownBy(() -> add(newId(), 1)).isInstanceOf(BatchClosedException.class);
    assertCounts(batch(id), 2, 0, 0, 2, 0, 0);
    assertThat(claim(1).leased()).isEmpty();
  }

  @Test
  void withoutTasksItHasEndedWhenItBegins() {
    String id = start(0);
    assertThat(batch(id).state()).isEqualTo(BatchState.SUCCEEDED);
    assertCounts(batch(id), 0, 0, 0, 0, 0, 0);
    assertThat(callbacks()).containsExactly("success", "finish");
  }

  @Test
  void ofALargeOneNothingIsForgotten() {
    String id = start(450);
    assertCounts(batch(id), 450, 450, 0, 0, 0, 0);
    for (int i = 0; i < 4; i++) {
      work(100, i == 2 ? FAILURE : SUCCESS);
    }
    assertCounts(batch(id), 450, 50, 0, 300, 100, 0);
    work(100, SUCCESS);
    assertThat(batch(id).state()).isEqualTo(BatchState.FAILED);
    assertThat(callbacks()).containsExactly("failure", "finish");
  }

  @Test
  void aMemberThatIsRetriedMakesItRunAgain() {
    String id = start(2);
    List<Leased> failed = work(1, FAILURE);
    work(1, SUCCESS);
    assertThat(callbacks()).containsExactly("failure", "finish");
    stores.tasks().retry(failed.getFirst().task().id(), newNonce());
    assertThat(batch(id).state()).isEqualTo(BatchState.RUNNING);
    assertThat(batch(id).finishedAt()).isNull();
    assertCounts(batch(id), 2, 1, 0, 1, 0, 0);
    add(id, 1);
    clock.advance(Duration.ofDays(40));
    prune();
    work(2, SUCCESS);
    assertThat(batch(id).state()).isEqualTo(BatchState.SUCCEEDED);
    assertCounts(batch(id), 3, 0, 0, 3, 0, 0);
    assertThat(callbacks()).containsExactly("success");
  }

  @Test
  void aCancelledOneEndsWhatWaitsAndAsksWhatRuns() {
    String id = start(250);
    List<Leased> running = claim(3).leased();
    Task waiting = stores.query().list(TaskFilter.ofState(TaskState.PENDING)).tasks().getFirst();
    Batch cancelled = stores.batches().cancel(id);
    assertThat(cancelled.cancelRequested()).isTrue();
    assertThatThrownBy(() -> add(id, 1)).isInstanceOf(BatchClosedException.class);
    advance();
    assertCounts(batch(id), 250, 0, 3, 0, 0, 247);
    assertThat(find(running.getFirst().task().id()).cancelRequested()).isTrue();
    settle(running.subList(0, 1), SUCCESS);
    settle(running.subList(1, 3), FAILURE);
    assertThat(batch(id).state()).isEqualTo(BatchState.CANCELLED);
    assertCounts(batch(id), 250, 0, 0, 1, 0, 249);
    assertThat(stores.batches().cancel(id).state()).isEqualTo(BatchState.CANCELLED);
    assertThat(callbacks()).containsExactly("finish");
    assertThat(find(waiting.id()).reason()).isEqualTo(Reason.BATCH_CANCELLED);
  }

  @Test
  void whatHasEndedOrIsNotThereCannotBeCancelled() {
    String id = start(1);
    work(1, SUCCESS);
    assertThatThrownBy(() -> stores.batches().cancel(id))
        .isInstanceOf(IllegalBatchMoveException.class);
    assertThatThrownBy(() -> stores.batches().cancel(newId()))
        .isInstanceOf(TaskNotFoundException.class);
    assertThat(stores.batches().find("nonsense")).isEmpty();
  }

  @Test
  void membersAreKeptAsLongAsItRunsAndGoWithIt() {
    String id = start(300);
    List<Leased> first = work(200, SUCCESS);
    String kept = first.getFirst().task().id();
    clock.advance(Duration.ofDays(100));
    prune();
    assertThat(find(kept).state()).isEqualTo(TaskState.SUCCEEDED);
    assertThatThrownBy(() -> stores.tasks().delete(kept)).isInstanceOf(IllegalMoveException.class);
    work(100, SUCCESS);
    callbacks();
    clock.advance(Duration.ofHours(23));
    prune();
    assertCounts(batch(id), 300, 0, 0, 300, 0, 0);
    stores.tasks().delete(kept);
    clock.advance(Duration.ofHours(2));
    prune();
    assertThat(stores.batches().find(id)).isEmpty();
    Predicate<String> ofIt =
        key -> key.contains("batch") || key.contains(":task:") || key.contains("result");
    assertThat(keys()).noneMatch(ofIt);
    assertThat(keys()).noneMatch(key -> key.endsWith(":succeeded"));
  }

  @Test
  void anUploadThatNobodyFinishesIsCancelled() {
    String id = newId();
    NewBatch whole = newBatch(id, 3);
    NewTask never = member(id, PLAIN);
    List<NewTask> members = new ArrayList<>(whole.members());
    // The last one is refused, as its unique key is held; so the upload waits for a commit.
    members.set(2, new NewTask(never.id(), unique(id)));
    enqueue(unique(null));
    NewBatch held = newBatch(id, members, null);
    stores.batches().start(held);
    assertThat(batch(id).total()).isEqualTo(2);

    String other = newId();
    uploadHalf(other);
    assertThat(stores.batches().find(other)).isEmpty();
    clock.advance(Duration.ofMinutes(11));
    prune();
    advance();
    assertThat(batch(other).state()).isEqualTo(BatchState.CANCELLED);
    assertCounts(batch(other), 1, 0, 0, 0, 0, 1);
    assertThat(callbacks()).isEmpty();
    assertThat(batch(id).state()).isEqualTo(BatchState.RUNNING);
  }

  @Test
  void itBeginsAlsoWhenItsLastTaskIsRefused() {
    GroupLimits oneWaits = new GroupLimits(null, null, 1, Map.of());
    String crowded = at("crowded");
    stores.limits().limitQueue(crowded, QueueLimits.of(oneWaits));
    TaskSpec spec = PLAIN.toBuilder().queue(crowded).group(at("g")).build();
    String id = newId();
    List<NewTask> members = List.of(member(id, PLAIN), member(id, spec), member(id, spec));
    stores.batches().start(newBatch(id, members, null));
    assertThat(batch(id).state()).isEqualTo(BatchState.RUNNING);
    assertThat(batch(id).total()).isEqualTo(2);
  }

  private TaskSpec unique(@Nullable String batch) {
    return TaskSpec.builder("t")
        .unique(UniqueKey.of(at("k")))
        .batch(batch == null ? null : BatchLink.member(batch))
        .build();
  }

  /** One whose second member cannot be stored. */
  private void uploadHalf(String id) {
    NewTask first = member(id, PLAIN);
    NewTask second =
        new NewTask(
            newId(), PLAIN.toBuilder().batch(BatchLink.member(newId())).queue("other").build());
    NewBatch half =
        new NewBatch(id, List.of(first, second), null, null, callback("\"never\""), null, null);
    assertThatThrownBy(() -> stores.batches().start(half)).isInstanceOf(BatchClosedException.class);
  }

  @Test
  void aBatchInABatchIsAMemberOfIt() {
    String outer = start(1);
    String inner = startIn(outer, 2);
    assertThat(batch(inner).parentId()).isEqualTo(outer);
    assertCounts(batch(outer), 2, 1, 1, 0, 0, 0);
    List<Leased> leased = claim(3).leased();
    settle(leased.subList(0, 2), SUCCESS);
    assertThat(batch(outer).state()).isEqualTo(BatchState.RUNNING);
    settle(leased.subList(2, 3), FAILURE);
    assertThat(batch(inner).state()).isEqualTo(BatchState.FAILED);
    assertThat(batch(outer).state()).isEqualTo(BatchState.FAILED);
    assertCounts(batch(outer), 2, 0, 0, 1, 1, 0);
    assertThat(callbacks()).containsExactlyInAnyOrder("failure", "finish", "failure", "finish");

    stores.tasks().retry(leased.get(2).task().id(), newNonce());
    assertThat(batch(outer).state()).isEqualTo(BatchState.RUNNING);
    assertCounts(batch(outer), 2, 0, 1, 1, 0, 0);
    work(1, SUCCESS);
    assertThat(batch(outer).state()).isEqualTo(BatchState.SUCCEEDED);
    assertThat(callbacks()).containsExactly("success", "success");

    clock.advance(Duration.ofHours(25));
    prune();
    assertThat(stores.batches().find(inner)).isEmpty();
    assertThat(keys()).noneMatch(key -> key.contains("batch"));
  }

  @Test
  void anEmptyBatchInABatchEndsAtOnce() {
    String outer = start(1);
    String inner = startIn(outer, 0);
    assertThat(batch(inner).state()).isEqualTo(BatchState.SUCCEEDED);
    assertCounts(batch(outer), 2, 1, 0, 1, 0, 0);
    work(1, SUCCESS);
    assertThat(batch(outer).state()).isEqualTo(BatchState.SUCCEEDED);
  }

  @Test
  void aCancelReachesBatchesInBatches() {
    String outer = start(1);
    String middle = startIn(outer, 1);
    String inner = startIn(middle, 150);
    stores.batches().cancel(outer);
    advance();
    for (String id : List.of(outer, middle, inner)) {
      assertThat(batch(id).state()).isEqualTo(BatchState.CANCELLED);
    }
    assertCounts(batch(inner), 150, 0, 0, 0, 0, 150);
    assertThatThrownBy(() -> startIn(outer, 1)).isInstanceOf(BatchClosedException.class);
  }

  @Test
  void tenBatchesContainOneAnotherAndEndTogether() {
    List<String> ids = new ArrayList<>(List.of(start(1)));
    for (int i = 1; i < BatchSpec.DEEPEST; i++) {
      ids.add(startIn(ids.getLast(), 1));
    }
    assertWrongParent(() -> startIn(ids.getLast(), 1), "out-of-range");
    work(100, SUCCESS);
    assertThat(ids).allMatch(id -> batch(id).state() == BatchState.SUCCEEDED);
    advance();
    assertThat(callbacks()).hasSize(2 * BatchSpec.DEEPEST);
  }

  @Test
  void whatContainsItselfIsRefused() {
    String id = newId();
    assertWrongParent(() -> stores.batches().start(newBatch(id, members(id, 1), id)), "conflict");
    assertWrongParent(() -> startIn(newId(), 1), "not-found");
    assertThat(stores.batches().find(id)).isEmpty();
  }

  private static void assertWrongParent(ThrowingCallable call, String code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            InvalidTaskException.class,
            e -> {
              assertThat(e.violations()).extracting("pointer").containsExactly("/parent");
              assertThat(e.violations()).extracting("code").containsExactly(code);
            });
  }

  @Test
  void aMemberMayHaveAnythingElseThatATaskHas() {
    String id = newId();
    UniqueKey unique = UniqueKey.of("k");
    TaskSpec rich =
        PLAIN.toBuilder()
            .group(at("g"))
            .limit(at("l"))
            .unique(unique)
            .sequence(new Sequence("s", Sequence.OnRetry.WAIT))
            .tags(List.of("a"))
            .payload(Json.of("{\"x\":1.50}"))
            .build();
    NewTask member = member(id, rich);
    TaskSpec next = rich.toBuilder().unique(null).build();
    stores.batches().start(newBatch(id, List.of(member, member(id, next)), null));
    assertThat(find(member.id()).spec()).isEqualTo(member.spec());
    assertThat(work(10, SUCCESS)).hasSize(1);
    assertThat(work(10, SUCCESS)).hasSize(1);
    assertThat(batch(id).state()).isEqualTo(BatchState.SUCCEEDED);
    assertThat(keys()).noneMatch(key -> key.contains("unique:") || key.contains("turn:"));
  }

  @Test
  void successesOfMembersAndOfOthersAreFiledApart() {
    String id = start(5);
    TaskSpec other = PLAIN.toBuilder().group(at("g")).build();
    enqueueMany(5, other);
    stores.tasks().enqueue(List.of(member(id, other), member(id, other)));
    work(200, SUCCESS);
    assertCounts(batch(id), 7, 0, 0, 7, 0, 0);
    callbacks();
    clock.advance(Duration.ofHours(25));
    prune();
    assertThat(keys()).noneMatch(key -> key.contains(":task:") || key.contains("succeeded"));
  }
}
