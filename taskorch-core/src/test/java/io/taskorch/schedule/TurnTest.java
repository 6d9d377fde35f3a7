package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TurnTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Map<String, TaskState> NOTHING_KNOWN = Map.of();

  private static Instant minute(int number) {
    return BEGIN.plusSeconds(60L * number);
  }

  private static String id(Instant instant) {
    return "at " + instant;
  }

  private static Turn turn(
      UnaryOperator<Schedule.Builder> fields,
      ScheduleProgress before,
      Instant now,
      Map<String, TaskState> states) {
    Schedule schedule =
        fields.apply(Schedule.builder("s").cron("* * * * *").task(TaskSpec.of("t"))).build();
    return Turn.of(schedule, new Firings(schedule, BEGIN), before, now, states, TurnTest::id);
  }

  private static Map<String, TaskState> running(int minute) {
    return Map.of(id(minute(minute)), TaskState.RUNNING);
  }

  @Test
  void makesATaskAndGoesOnToTheNextInstant() {
    Turn turn = turn(s -> s, ScheduleProgress.from(minute(1)), minute(1), NOTHING_KNOWN);
    assertThat(turn.fire()).containsExactly(minute(1));
    assertThat(turn.lookAgain()).isEqualTo(minute(2));
    assertThat(turn.progress().next()).isEqualTo(minute(2));
    assertThat(turn.progress().lastId()).isEqualTo(id(minute(1)));
    assertThat(turn.progress().fired()).isOne();
    assertThat(turn.progress().open()).isEmpty();
  }

  @Test
  void countsWhatWasMissed() {
    Turn turn = turn(s -> s, ScheduleProgress.from(minute(1)), minute(10), NOTHING_KNOWN);
    assertThat(turn.fire()).containsExactly(minute(10));
    assertThat(turn.progress().missed()).isEqualTo(9);
  }

  @Test
  void isTheSameForWhoeverTakesIt() {
    UnaryOperator<Schedule.Builder> skip = s -> s.overlap(Overlap.SKIP);
    ScheduleProgress before = ScheduleProgress.from(minute(1));
    assertThat(turn(skip, before, minute(1), NOTHING_KNOWN))
        .isEqualTo(turn(skip, before, minute(1), NOTHING_KNOWN));
  }

  @Nested
  class WhileAnEarlierTaskRuns {

    private ScheduleProgress afterFirst(Overlap overlap) {
      return turn(
              s -> s.overlap(overlap), ScheduleProgress.from(minute(1)), minute(1), NOTHING_KNOWN)
          .progress();
    }

    @Test
    void allowMakesAnother() {
      Turn turn = turn(s -> s, afterFirst(Overlap.ALLOW), minute(2), running(1));
      assertThat(turn.fire()).containsExactly(minute(2));
    }

    @Test
    void skipLeavesItOut() {
      UnaryOperator<Schedule.Builder> skip = s -> s.overlap(Overlap.SKIP);
      Turn second = turn(skip, afterFirst(Overlap.SKIP), minute(2), running(1));
      assertThat(second.fire()).isEmpty();
      assertThat(second.progress().skipped()).isOne();
      Turn third = turn(skip, second.progress(), minute(3), NOTHING_KNOWN);
      assertThat(third.fire()).containsExactly(minute(3));
    }

    @Test
    void queueOneWaitsForItsEnd() {
      UnaryOperator<Schedule.Builder> queue = s -> s.overlap(Overlap.QUEUE_ONE);
      Turn second = turn(queue, afterFirst(Overlap.QUEUE_ONE), minute(2), running(1));
      assertThat(second.fire()).isEmpty();
      assertThat(second.lookAgain()).isEqualTo(minute(2).plus(Turn.LOOK_AT_QUEUED));
      Turn third = turn(queue, second.progress(), minute(3), running(1));
      assertThat(third.fire()).isEmpty();
      assertThat(third.progress().skipped()).isOne();
      Instant ended = minute(3).plusSeconds(20);
      Turn fourth = turn(queue, third.progress(), ended, NOTHING_KNOWN);
      assertThat(fourth.fire()).containsExactly(minute(2));
      assertThat(fourth.progress().queued()).isNull();
      assertThat(fourth.progress().open()).containsExactly(id(minute(2)));
      assertThat(fourth.lookAgain()).isEqualTo(minute(4));
    }

    @Test
    void cancelRunningCancelsAndWaitsForItsEnd() {
      UnaryOperator<Schedule.Builder> cancel = s -> s.overlap(Overlap.CANCEL_RUNNING);
      Turn second = turn(cancel, afterFirst(Overlap.CANCEL_RUNNING), minute(2), running(1));
      assertThat(second.cancel()).containsExactly(id(minute(1)));
      assertThat(second.fire()).isEmpty();
      Turn third = turn(cancel, second.progress(), minute(3), running(1));
      assertThat(third.progress().queued()).isEqualTo(minute(3));
      assertThat(third.progress().skipped()).isOne();
      Turn fourth =
          turn(
              cancel,
              third.progress(),
              minute(3).plusSeconds(1),
              Map.of(id(minute(1)), TaskState.CANCELLED));
      assertThat(fourth.fire()).containsExactly(minute(3));
    }

    @Test
    void ofSeveralAtOnceTheFirstCountsAsRunningForTheOthers() {
      ScheduleProgress late = ScheduleProgress.from(minute(1));
      UnaryOperator<Schedule.Builder> all = s -> s.misfire(Misfire.ALL);
      assertThat(turn(s -> all.apply(s), late, minute(3), NOTHING_KNOWN).fire()).hasSize(3);
      Turn skip = turn(s -> all.apply(s).overlap(Overlap.SKIP), late, minute(3), NOTHING_KNOWN);
      assertThat(skip.fire()).containsExactly(minute(1));
      Turn queue =
          turn(s -> all.apply(s).overlap(Overlap.QUEUE_ONE), late, minute(3), NOTHING_KNOWN);
      assertThat(queue.fire()).containsExactly(minute(1));
      assertThat(queue.progress().queued()).isEqualTo(minute(2));
      Turn cancel =
          turn(s -> all.apply(s).overlap(Overlap.CANCEL_RUNNING), late, minute(3), NOTHING_KNOWN);
      assertThat(cancel.fire()).containsExactly(minute(3));
    }
  }

  @Nested
  class AfterFailures {

    private final UnaryOperator<Schedule.Builder> two = s -> s.pauseAfterFailures(2);

    private ScheduleProgress firedAt(
        ScheduleProgress before, int minute, TaskState... ofTheOneBefore) {
      Map<String, TaskState> states =
          ofTheOneBefore.length == 0
              ? NOTHING_KNOWN
              : Map.of(id(minute(minute - 1)), ofTheOneBefore[0]);
      return turn(two, before, minute(minute), states).progress();
    }

    @Test
    void itPausesItself() {
      ScheduleProgress second =
          firedAt(firedAt(ScheduleProgress.from(minute(1)), 1), 2, TaskState.FAILED);
      Turn third = turn(two, second, minute(3), Map.of(id(minute(2)), TaskState.FAILED));
      assertThat(third.fire()).isEmpty();
      assertThat(third.lookAgain()).isNull();
      assertThat(third.progress().paused()).isTrue();
      assertThat(third.progress().pauseReason()).isEqualTo(Turn.PAUSED_BY_FAILURES);
    }

    @Test
    void aSuccessBetweenBeginsAnew() {
      ScheduleProgress second =
          firedAt(firedAt(ScheduleProgress.from(minute(1)), 1), 2, TaskState.FAILED);
      ScheduleProgress third = firedAt(second, 3, TaskState.SUCCEEDED);
      assertThat(firedAt(third, 4, TaskState.FAILED).paused()).isFalse();
    }

    @Test
    void itLooksForThemBeforeTheyAreForgotten() {
      Turn turn =
          turn(
              s -> s.cron("@daily").pauseAfterFailures(2),
              ScheduleProgress.from(BEGIN),
              BEGIN,
              NOTHING_KNOWN);
      assertThat(turn.lookAgain()).isEqualTo(BEGIN.plus(Turn.LOOK_AT_OUTCOMES));
    }

    @Test
    void noMoreThanSomeAreFollowed() {
      Turn turn =
          turn(
              s -> s.pauseAfterFailures(2).misfire(Misfire.ALL).misfireLimit(300),
              ScheduleProgress.from(minute(1)),
              minute(300).plus(Duration.ofSeconds(1)),
              NOTHING_KNOWN);
      assertThat(turn.fire()).hasSize(300);
      assertThat(turn.progress().open())
          .hasSize(Turn.MOST_OPEN)
          .endsWith(List.of(id(minute(300))).toArray(String[]::new));
    }
  }

  @Test
  void aPauseForgetsWhatWasQueuedAndAResumeWhatPassed() {
    ScheduleProgress queued =
        new ScheduleProgress(minute(3), minute(2), List.of(), false, null, 1, null, null, 0, 0, 0);
    ScheduleProgress paused = queued.paused(null);
    assertThat(paused.queued()).isNull();
    assertThat(paused.skipped()).isOne();
    assertThat(paused.resumed(minute(9)))
        .isEqualTo(
            new ScheduleProgress(minute(9), null, List.of(), false, null, 0, null, null, 0, 1, 0));
  }

  @Test
  void whatCannotBeStartedIsMissed() {
    ScheduleProgress before = ScheduleProgress.from(minute(1));
    Turn turn = turn(s -> s.overlap(Overlap.SKIP), before, minute(1), NOTHING_KNOWN).missed(before);
    assertThat(turn.fire()).isEmpty();
    assertThat(turn.progress().next()).isEqualTo(minute(2));
    assertThat(turn.progress().missed()).isOne();
    assertThat(turn.progress().fired()).isZero();
    assertThat(turn.progress().open()).isEmpty();
    assertThat(turn.progress().lastId()).isNull();
    assertThat(turn.lookAgain()).isEqualTo(minute(2));
  }
}
