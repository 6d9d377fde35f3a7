package io.taskorch.testing.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.schedule.Target;
import io.taskorch.store.ScheduleStore.DueSchedules;
import io.taskorch.store.ScheduleStore.Moved;
import io.taskorch.store.ScheduleStore.SchedulePage;
import io.taskorch.store.StoredSchedule;
import io.taskorch.task.Backoff;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Setup.class)
class ScheduleStoreContractTest extends Contract {

  private static final Duration LEASE = Duration.ofSeconds(2);

  private StoredSchedule fresh(String name) {
    return fresh(Schedule.builder(name).cron("* * * * *").task(TaskSpec.of("t")).build());
  }

  private StoredSchedule fresh(Schedule schedule) {
    Instant now = clock.instant();
    return new StoredSchedule(
        schedule, null, now, now, 0, ScheduleProgress.from(now.plusSeconds(60)));
  }

  private StoredSchedule saved(String name, Instant lookAt) {
    assertThat(stores.schedules().save(fresh(name), lookAt)).isTrue();
    return stores.schedules().find(name).orElseThrow();
  }

  private int partition(String name) {
    return stores.partitions().of(name);
  }

  @Nested
  class Save {

    @Test
    void everythingIsReadBackAsItWas() {
      Instant now = clock.instant();
      TaskSpec task =
          TaskSpec.builder("t")
              .payload(Json.of("{ \"a\":[1.0,\"é\"] }"))
              .queue("q")
              .priority(Priority.HIGH)
              .retryPolicy(
                  new RetryPolicy(
                      5, Duration.ofSeconds(2), Backoff.FIXED, 1, Duration.ofMinutes(1), 0.5))
              .timeout(Duration.ofSeconds(3))
              .tags(List.of("a", "b"))
              .metadata(Map.of("k", "v"))
              .retention(Duration.ofHours(3))
              .build();
      StoredSchedule stored =
          new StoredSchedule(
              Schedule.builder("full")
                  .every(Duration.ofMinutes(7))
                  .timeZone("Europe/Berlin")
                  .task(task)
                  .misfire(Misfire.ALL)
                  .misfireLimit(7)
                  .overlap(Overlap.QUEUE_ONE)
                  .jitter(Duration.ofSeconds(9))
                  .startsAt(now.plusSeconds(1))
                  .endsAt(now.plusSeconds(1_000_000))
                  .excludeDates(Set.of(LocalDate.of(2030, 1, 2)))
                  .pauseAfterFailures(4)
                  .build(),
              "config",
              now,
              now.plusMillis(1),
              0,
              new ScheduleProgress(
                  now.plusSeconds(60),
                  now,
                  List.of(newId()),
                  true,
                  "failures",
                  3,
                  now,
                  newId(),
                  8,
                  9,
                  10));
      assertThat(stores.schedules().save(stored, null)).isTrue();
      assertThat(stores.schedules().find("full"))
          .hasValueSatisfying(
              found ->
                  assertThat(found)
                      .usingRecursiveComparison()
                      .ignoringFields("revision")
                      .isEqualTo(stored));
      assertThat(stores.schedules().find("ful")).isEmpty();
      assertThat(stores.schedules().find("fuller")).isEmpty();
    }

    @Test
    void aWorkflowIsReadBackAsItWas() {
      Json input = Json.of("{ \"a\":[1.0,\"é\"] }");
      for (Integer version : Arrays.asList(null, 7)) {
        Schedule schedule =
            Schedule.builder("w" + version)
                .cron("@daily")
                .workflow(new Target.OfWorkflow("nightly", version, input))
                .build();
        assertThat(stores.schedules().save(fresh(schedule), null)).isTrue();
        assertThat(stores.schedules().find(schedule.name()))
            .hasValueSatisfying(found -> assertThat(found.schedule()).isEqualTo(schedule));
      }
    }

    @Test
    void aNewOneDoesNotReplaceAnother() {
      saved("a", null);
      assertThat(stores.schedules().save(fresh("a"), null)).isFalse();
    }

    @Test
    void oneThatIsKnownByAnOldRevisionIsNotReplaced() {
      StoredSchedule first = saved("a", null);
      assertThat(stores.schedules().save(first, null)).isTrue();
      assertThat(stores.schedules().save(first, null)).isFalse();
    }

    @Test
    void oneThatWasMadeAgainIsAnother() {
      StoredSchedule former = saved("a", null);
      stores.schedules().delete("a");
      clock.advance(Duration.ofMillis(5));
      saved("a", null);
      assertThat(stores.schedules().save(former, null)).isFalse();
    }
  }

  @Nested
  class Listing {

    @Test
    void goesByNameFromPageToPage() {
      List<String> names =
          IntStream.range(0, 25).mapToObj(i -> "s%02d".formatted(i * 7 % 25)).toList();
      names.forEach(name -> saved(name, null));
      List<String> seen = new ArrayList<>();
      String cursor = null;
      do {
        SchedulePage page = stores.schedules().list(4, cursor);
        assertThat(page.schedules()).hasSizeLessThanOrEqualTo(4);
        page.schedules().forEach(s -> seen.add(s.schedule().name()));
        cursor = page.nextCursor().orElse(null);
      } while (cursor != null);
      assertThat(seen).containsExactlyElementsOf(names.stream().sorted().toList());
    }

    @Test
    void ofLargeOnesIsInSmallerPages() {
      Json large = Json.of('"' + "x".repeat(250_000) + '"');
      for (int i = 0; i < 12; i++) {
        TaskSpec task = TaskSpec.builder("t").payload(large).build();
        Schedule schedule = Schedule.builder("s" + i).cron("@daily").task(task).build();
        assertThat(stores.schedules().save(fresh(schedule), null)).isTrue();
      }
      Set<String> seen = new TreeSet<>();
      String cursor = null;
      do {
        SchedulePage page = stores.schedules().list(100, cursor);
        page.schedules().forEach(s -> seen.add(s.schedule().name()));
        cursor = page.nextCursor().orElse(null);
      } while (cursor != null);
      assertThat(seen).hasSize(12);
    }

    @Test
    void refusesACursorThatIsNone() {
      assertThatThrownBy(() -> stores.schedules().list(10, "{"))
          .isInstanceOf(InvalidTaskException.class);
    }
  }

  @Nested
  class Due {

    @Test
    void areThoseWhoseTimeHasCome() {
      Instant now = clock.instant();
      saved("a", now.plusMillis(1));
      int partition = partition("a");
      DueSchedules none = stores.schedules().due(partition, "me", LEASE);
      assertThat(none.schedules()).isEmpty();
      assertThat(none.nextDue()).isEqualTo(now.plusMillis(1));
      assertThat(stores.schedules().lag()).isZero();
      clock.advance(Duration.ofMillis(3));
      DueSchedules due = stores.schedules().due(partition, "me", LEASE);
      assertThat(due.schedules()).extracting(s -> s.schedule().name()).containsExactly("a");
      assertThat(stores.schedules().lag()).isEqualTo(Duration.ofMillis(2));
      assertThat(due.now()).isEqualTo(now.plusMillis(3));
    }

    @Test
    void areOneSchedulersUntilItsLeaseEnds() {
      saved("a", clock.instant());
      int partition = partition("a");
      assertThat(stores.schedules().due(partition, "me", LEASE).schedules()).hasSize(1);
      assertThat(stores.schedules().due(partition, "you", LEASE).schedules()).isEmpty();
      assertThat(stores.schedules().due(partition, "me", LEASE).schedules()).hasSize(1);
      clock.advance(LEASE);
      assertThat(stores.schedules().due(partition, "you", LEASE).schedules()).hasSize(1);
      assertThat(stores.schedules().due(partition, "me", LEASE).schedules()).isEmpty();
    }

    @Test
    void areSomebodysSoonAfterTheClockHasGoneBack() {
      clock.advance(Duration.ofHours(1));
      saved("a", clock.instant().minus(Duration.ofHours(1)));
      int partition = partition("a");
      assertThat(stores.schedules().due(partition, "me", LEASE).schedules()).hasSize(1);
      clock.advance(Duration.ofMinutes(-59));
      assertThat(stores.schedules().due(partition, "you", LEASE).schedules()).hasSize(1);
    }

    @Test
    void areAllThatCanBeRead() {
      saved("a", clock.instant().minusSeconds(1));
      saved("b", clock.instant());
      String key = "{" + namespace.name() + ":" + partition("a") + "}:schedule:a";
      namespace.raw().call("HSET", key, "definition", "{\"zone\":\"Mars/Phobos\"}");
      List<String> due = new ArrayList<>();
      for (int partition : stores.schedules().partitions()) {
        stores.schedules().due(partition, "me", LEASE).schedules().stream()
            .map(stored -> stored.schedule().name())
            .forEach(due::add);
      }
      assertThat(due).containsExactly("b");
    }

    @Test
    void areManyInSeveralCalls() {
      for (int i = 0; i < 210; i++) {
        stores.schedules().save(fresh("s" + i), clock.instant());
      }
      for (int partition : stores.schedules().partitions()) {
        DueSchedules due = stores.schedules().due(partition, "me", LEASE);
        assertThat(due.schedules()).hasSizeBetween(1, 200);
      }
    }
  }

  @Nested
  class Move {

    @Test
    void notesTheProgressOfThoseThatAreStillTheSame() {
      StoredSchedule a = saved("a", clock.instant());
      StoredSchedule paused = a.with(a.progress().paused(null));
      Instant later = clock.instant().plusSeconds(60);
      int partition = partition("a");
      stores.schedules().move(partition, List.of(new Moved(paused, later)));
      StoredSchedule moved = stores.schedules().find("a").orElseThrow();
      assertThat(moved.progress()).isEqualTo(paused.progress());
      assertThat(stores.schedules().due(partition, "me", LEASE).nextDue()).isEqualTo(later);
      stores.schedules().move(partition, List.of(new Moved(a, null)));
      assertThat(stores.schedules().find("a")).hasValue(moved);
    }

    @Test
    void toNeverTakesItOffWhatIsDue() {
      StoredSchedule a = saved("a", clock.instant());
      stores.schedules().move(partition("a"), List.of(new Moved(a, null)));
      assertThat(stores.schedules().due(partition("a"), "me", LEASE).nextDue()).isNull();
    }

    @Test
    void ofOneThatWasDeletedChangesNothing() {
      StoredSchedule a = saved("a", clock.instant());
      stores.schedules().delete("a");
      stores.schedules().delete("a");
      stores.schedules().move(partition("a"), List.of(new Moved(a, clock.instant())));
      assertThat(stores.schedules().find("a")).isEmpty();
      assertThat(stores.schedules().due(partition("a"), "me", LEASE).nextDue()).isNull();
    }
  }

  @Test
  void partitionsAreThoseThatHoldSome() {
    saved("a", null);
    assertThat(stores.schedules().partitions()).containsExactly(partition("a"));
  }

  @Test
  void theTimeIsTheStores() {
    assertThat(stores.schedules().now()).isEqualTo(clock.instant());
  }
}
