package io.taskorch.testing.contract;

import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery.TaskPage;
import io.taskorch.store.TaskStore.Settlement;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Priority;
import io.taskorch.task.Sequence;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Setup.class)
class TaskQueryContractTest extends Contract {

  @Test
  void anUnknownIdIsNotFound() {
    assertThat(stores.query().find(newId())).isEmpty();
  }

  @Test
  void statesLeaveOutWhatIsNotStored() {
    Task pending = enqueue(TaskSpec.of("t"));
    Task scheduled = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(1)).build());
    assertThat(stores.query().states(List.of(newId(), scheduled.id(), pending.id())))
        .isEqualTo(Map.of(pending.id(), TaskState.PENDING, scheduled.id(), TaskState.SCHEDULED));
    assertThat(stores.query().states(List.of())).isEmpty();
  }

  @Test
  void pendingTasksAreListedInTheOrderOfExecution() {
    List<String> low = enqueueMany(2, TaskSpec.builder("t").priority(Priority.LOW).build());
    List<String> high = enqueueMany(2, TaskSpec.builder("t").priority(Priority.HIGH).build());
    List<String> expected = new ArrayList<>(high);
    expected.addAll(low);
    assertThat(listed(TaskFilter.ofState(TaskState.PENDING))).isEqualTo(expected);
  }

  @Test
  void scheduledTasksAreListedByDueTime() {
    Task later = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(9)).build());
    Task sooner = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(5)).build());
    assertThat(listed(TaskFilter.ofState(TaskState.SCHEDULED)))
        .containsExactly(sooner.id(), later.id());
  }

  @Test
  void finalTasksAreListedLatestFirst() {
    List<String> ids = enqueueMany(3, TaskSpec.of("t"));
    for (String id : ids) {
      clock.advance(Duration.ofSeconds(1));
      stores.tasks().cancel(id);
    }
    Collections.reverse(ids);
    assertThat(listed(TaskFilter.ofState(TaskState.CANCELLED))).isEqualTo(ids);
  }

  @Test
  void aPageIsAsLongAsAskedAndTheCursorGoesOn() {
    List<String> ids = enqueueMany(25, TaskSpec.of("t"));
    assertThat(paged(TaskFilter.ofState(TaskState.PENDING), 10)).isEqualTo(ids);
    assertThat(paged(TaskFilter.ofState(TaskState.PENDING), 1)).isEqualTo(ids);
  }

  @Test
  void reverseTurnsTheOrderRound() {
    List<String> ids = enqueueMany(25, TaskSpec.of("t"));
    Collections.reverse(ids);
    assertThat(paged(filter(List.of(TaskState.PENDING), null, null, null, true), 10))
        .isEqualTo(ids);
  }

  @Test
  void pagesOverAllPartitionsShowEveryTaskOnce() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(enqueueIn(i % setup.partitions(), TaskSpec.of("t")).id());
    }
    assertThat(paged(TaskFilter.ofState(TaskState.PENDING), 7))
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void severalStatesComeOneAfterTheOther() {
    Task pending = enqueue(TaskSpec.of("t"));
    Task scheduled = enqueue(TaskSpec.builder("t").delay(Duration.ofSeconds(9)).build());
    assertThat(
            paged(
                filter(List.of(TaskState.SCHEDULED, TaskState.PENDING), null, null, null, false),
                1))
        .containsExactly(scheduled.id(), pending.id());
    assertThat(paged(filter(List.of(), null, null, null, false), 1))
        .containsExactlyInAnyOrder(scheduled.id(), pending.id());
  }

  @Test
  void filtersByQueueTypeTagAndTime() {
    Task plain = enqueue(TaskSpec.of("t"));
    Task queued = enqueue(TaskSpec.builder("t").queue("images").build());
    Task typed = enqueue(TaskSpec.of("u"));
    Task tagged = enqueue(TaskSpec.builder("t").tags(List.of("x", "y")).build());
    clock.advance(Duration.ofSeconds(10));
    Instant then = clock.instant();
    clock.advance(Duration.ofSeconds(10));
    Task late = enqueue(TaskSpec.of("t"));
    List<TaskState> pending = List.of(TaskState.PENDING);
    assertThat(paged(filter(pending, "images", null, null, false), 10))
        .containsExactly(queued.id());
    assertThat(paged(filter(pending, null, "u", null, false), 10)).containsExactly(typed.id());
    assertThat(paged(filter(pending, null, null, "y", false), 10)).containsExactly(tagged.id());
    assertThat(paged(between(then, null), 10)).containsExactly(late.id());
    assertThat(paged(between(null, then), 10))
        .containsExactlyInAnyOrder(plain.id(), queued.id(), typed.id(), tagged.id());
  }

  @Test
  void aGroupIsListedInAllStatesInTheirOrders() {
    TaskSpec.Builder spec = TaskSpec.builder("t").group(at("a"));
    TaskSpec other = TaskSpec.builder("t").group(at("b")).build();
    List<String> running = enqueueMany(3, spec.build());
    enqueueMany(2, TaskSpec.of("t"));
    enqueueMany(2, other);
    claim(5);
    clock.advance(Duration.ofSeconds(1));
    claim(1);
    clock.advance(Duration.ofSeconds(1));
    claim(5);
    running.sort(comparing((String id) -> find(id).startedAt()).thenComparing(id -> id));
    List<String> expected = new ArrayList<>();
    expected.add(enqueue(spec.priority(Priority.HIGH).build()).id());
    enqueueMany(3, TaskSpec.builder("t").priority(Priority.HIGH).build());
    spec.priority(Priority.NORMAL);
    enqueue(TaskSpec.of("t"));
    expected.add(enqueue(spec.build()).id());
    enqueue(other);
    expected.add(enqueue(spec.limit(at("l")).build()).id());
    // One that waits for its turn, one for another worker, one in another queue.
    spec.sequence(Sequence.of(at("s")));
    expected.add(enqueue(spec.build()).id());
    expected.add(enqueue(spec.build()).id());
    spec.sequence(null);
    assertThat(
            paged(filter(List.of(TaskState.RUNNING), null, null, null, false).inGroup(at("a")), 2))
        .isEqualTo(running);
    TaskFilter pending =
        filter(List.of(TaskState.PENDING), null, null, null, false).inGroup(at("a"));
    for (int size : List.of(1, 2, 10)) {
      assertThat(paged(pending, size)).isEqualTo(expected);
    }
    String images = enqueue(spec.queue("images").build()).id();
    assertThat(paged(pending.inQueue("images"), 10)).containsExactly(images);
    assertThat(paged(pending, 10)).hasSize(6).contains(images);
    String later = enqueue(spec.queue("default").delay(Duration.ofHours(1)).build()).id();
    enqueue(TaskSpec.builder("t").delay(Duration.ofHours(1)).build());
    stores.tasks().cancel(images);
    assertThat(paged(filter(List.of(), null, null, null, false).inGroup(at("a")), 3))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(running, expected, List.of(later, images)).flatMap(List::stream).toList());
    assertThat(paged(pending.inGroup("none"), 10)).isEmpty();
  }

  @Test
  void aTaskOfAGroupThatStandsAsideIsListed() {
    TaskSpec spec = TaskSpec.builder("other").group(at("a")).build();
    List<String> ids = enqueueMany(2, spec);
    enqueueMany(2, TaskSpec.of("other"));
    claim(5);
    assertThat(paged(TaskFilter.ofState(TaskState.PENDING).inGroup(at("a")), 1)).isEqualTo(ids);
    assertThat(paged(TaskFilter.ofState(TaskState.PENDING), 3)).hasSize(4);
  }

  @Test
  void runningTasksAreListedByStart() {
    List<String> ids = enqueueMany(3, TaskSpec.of("t"));
    for (int i = 0; i < 3; i++) {
      claim(1);
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(listed(TaskFilter.ofState(TaskState.RUNNING))).isEqualTo(ids);
  }

  @Test
  void aListShowsTasksWithoutAttemptsAndResult() {
    enqueue(TaskSpec.of("t"));
    var lease = claim(1).leased().getFirst().lease();
    stores
        .tasks()
        .settle(List.of(new Settlement(lease, new Outcome.Succeeded(Json.of("{\"a\":1}")))));
    Task task = stores.query().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks().getFirst();
    assertThat(task.id()).isEqualTo(lease.taskId());
    assertThat(task.attempts()).isEmpty();
    assertThat(task.result()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "%00", "AAAA", "999999999999999999999", "🙂", "e30", "null"})
  void aCursorThatIsNotOursIsRefused(String cursor) {
    enqueue(TaskSpec.of("t"));
    assertThatThrownBy(
            () -> stores.query().list(TaskFilter.ofState(TaskState.PENDING).from(cursor, 10)))
        .isInstanceOf(InvalidTaskException.class);
  }

  @Test
  void positionCountsWhatStandsBeforeIt() {
    Task first = enqueue(TaskSpec.of("t"));
    Task second = enqueue(TaskSpec.of("t"));
    assertThat(stores.query().position(second.id())).contains(1L);
    Task urgent = enqueue(TaskSpec.builder("t").priority(Priority.CRITICAL).build());
    assertThat(stores.query().position(urgent.id())).contains(0L);
    assertThat(stores.query().position(first.id())).contains(1L);
    assertThat(stores.query().position(second.id())).contains(2L);
    stores.tasks().cancel(first.id());
    assertThat(stores.query().position(first.id())).isEmpty();
    assertThat(stores.query().position(newId())).isEmpty();
  }

  @Test
  void whatIsMovedWhileSomebodyPagesDoesNotBreakThePages() {
    List<String> ids = enqueueMany(20, TaskSpec.of("t"));
    TaskPage first = stores.query().list(TaskFilter.ofState(TaskState.PENDING).from(null, 10));
    claim(5);
    List<String> seen = new ArrayList<>(first.tasks().stream().map(Task::id).toList());
    seen.addAll(pagedFrom(TaskFilter.ofState(TaskState.PENDING), first.nextCursor(), 10));
    assertThat(seen).containsAll(ids.subList(10, 20)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 50})
  void pagesThroughTasksThatHaveSucceededTogetherShowEachOnce(int size) {
    List<String> early = new ArrayList<>();
    List<String> late = new ArrayList<>();
    for (List<String> ofOneTime : List.of(early, late)) {
      for (int count : List.of(7, 1, 5)) {
        for (int partition = 0; partition < setup.partitions(); partition++) {
          ofOneTime.addAll(succeedTogetherIn(partition, count, TaskSpec.of("t")));
        }
      }
      Collections.sort(ofOneTime);
      clock.advance(Duration.ofMillis(1));
    }
    List<String> expected = new ArrayList<>(early);
    expected.addAll(late);
    assertThat(paged(succeeded(true), size)).isEqualTo(expected);
    Collections.reverse(expected);
    assertThat(paged(succeeded(false), size)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aGroupThatIsDeletedFromWhileSomebodyPagesLosesNoOther(boolean reverse) {
    List<String> ids = new ArrayList<>(succeedTogetherIn(home(), 8, TaskSpec.of("t")));
    ids.addAll(succeedTogetherIn(home(), 6, TaskSpec.of("t")));
    Collections.sort(ids, reverse ? Comparator.naturalOrder() : Comparator.reverseOrder());
    TaskPage first = stores.query().list(succeeded(reverse).from(null, 4));
    assertThat(first.tasks()).extracting(Task::id).isEqualTo(ids.subList(0, 4));
    for (int i : List.of(0, 3, 4, 9, 13)) {
      stores.tasks().delete(ids.get(i));
    }
    List<String> left = new ArrayList<>(ids.subList(5, 9));
    left.addAll(ids.subList(10, 13));
    assertThat(pagedFrom(succeeded(reverse), first.nextCursor(), 4)).isEqualTo(left);
  }

  @Test
  void aGroupThatIsPrunedWhileSomebodyPagesLosesNoOther() {
    TaskSpec brief = TaskSpec.builder("t").retention(Duration.ofSeconds(1)).build();
    List<String> kept = new ArrayList<>(succeedTogetherIn(home(), 4, TaskSpec.of("t")));
    succeedTogetherIn(home(), 9, brief);
    kept.addAll(succeedTogetherIn(home(), 4, TaskSpec.of("t")));
    TaskPage first = stores.query().list(succeeded(false).from(null, 5));
    clock.advance(Duration.ofSeconds(2));
    assertThat(stores.upkeep().prune(home(), Duration.ZERO)).isEqualTo(9);
    List<String> seen = new ArrayList<>(first.tasks().stream().map(Task::id).toList());
    seen.addAll(pagedFrom(succeeded(false), first.nextCursor(), 5));
    assertThat(seen).containsAll(kept).doesNotHaveDuplicates();
  }

  @Test
  void moreThanACallLooksAtMayHaveSucceededInOneMillisecond() {
    succeedTogetherIn(home(), 1_150, TaskSpec.of("t"));
    List<String> others = succeedTogetherIn(home(), 2, TaskSpec.of("u"));
    succeedTogetherIn(home(), 250, TaskSpec.of("t"));
    assertThat(paged(filter(List.of(TaskState.SUCCEEDED), null, "u", null, true), 10))
        .isEqualTo(others);
    assertThat(paged(succeeded(false), 500)).hasSize(1_402).doesNotHaveDuplicates();
  }

  private TaskFilter succeeded(boolean reverse) {
    return filter(List.of(TaskState.SUCCEEDED), null, null, null, reverse);
  }

  private TaskFilter filter(
      List<TaskState> states, String queue, String type, String tag, boolean reverse) {
    return new TaskFilter(states, queue, type, tag, null, null, null, null, reverse, 10, null);
  }

  private TaskFilter between(Instant after, Instant before) {
    return new TaskFilter(
        List.of(TaskState.PENDING), null, null, null, null, null, after, before, false, 10, null);
  }

  private List<String> listed(TaskFilter filter) {
    return stores.query().list(filter).tasks().stream().map(Task::id).toList();
  }

  private List<String> paged(TaskFilter filter, int size) {
    TaskPage page = stores.query().list(filter.from(null, size));
    List<String> ids = new ArrayList<>(page.tasks().stream().map(Task::id).toList());
    ids.addAll(pagedFrom(filter, page.nextCursor(), size));
    return ids;
  }

  private List<String> pagedFrom(TaskFilter filter, Optional<String> cursor, int size) {
    List<String> ids = new ArrayList<>();
    for (Optional<String> next = cursor; next.isPresent(); ) {
      TaskPage page = stores.query().list(filter.from(next.get(), size));
      assertThat(page.tasks().size()).isLessThanOrEqualTo(size);
      page.tasks().forEach(t -> ids.add(t.id()));
      next = page.nextCursor();
    }
    return ids;
  }
}
