package io.taskorch.schedule;

import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is done with a schedule whose time has come. The same schedule in the same progress gives
 * the same, so that two who take the turn at once do no more than one.
 *
 * @param fire the instants to make tasks or runs for, oldest first
 * @param cancel the ids of those to cancel
 * @param progress how far it is afterwards
 * @param lookAgain when the next turn is; null when there is none
 */
public record Turn(
    List<Instant> fire,
    List<String> cancel,
    ScheduleProgress progress,
    @Nullable Instant lookAgain) {

  /** How long something queued waits between two looks at the task before it. */
  public static final Duration LOOK_AT_QUEUED = Duration.ofMillis(500);

  /**
   * How long a task's end goes unseen where failures count: less than the time for which a task is
   * kept at least.
   */
  public static final Duration LOOK_AT_OUTCOMES = Duration.ofMinutes(5);

  /** Of more tasks at once the oldest are not followed any more. */
  public static final int MOST_OPEN = 100;

  public static final String PAUSED_BY_FAILURES = "failures";

  public Turn {
    fire = List.copyOf(fire);
    cancel = List.copyOf(cancel);
  }

  /**
   * Takes a turn.
   *
   * @param states of what is open; one that is not stored any more is left out
   * @param idOf the id of what an instant starts
   */
  public static Turn of(
      Schedule schedule,
      Firings firings,
      ScheduleProgress before,
      Instant now,
      Map<String, TaskState> states,
      Function<Instant, String> idOf) {
    Taking taking = new Taking(schedule, before);
    taking.settle(states);
    if (taking.tooManyFailures()) {
      ScheduleProgress progress = taking.progress(before.next()).paused(PAUSED_BY_FAILURES);
      return new Turn(List.of(), List.of(), progress, null);
    }
    taking.fireQueued(idOf);
    Instant next = before.next();
    if (next != null) {
      Firings.Due due = firings.due(next, now);
      next = due.next();
      taking.missed += due.missed();
      taking.fireAll(due.fire(), idOf);
    }
    ScheduleProgress progress = taking.progress(next);
    return new Turn(taking.fire, taking.cancel, progress, taking.lookAgain(firings, next, now));
  }

  /**
   * The same turn, when nothing could be started: what it would have fired is missed.
   *
   * @param before the progress that the turn was taken in
   */
  public Turn missed(ScheduleProgress before) {
    ScheduleProgress missed =
        new ScheduleProgress(
            progress.next(),
            progress.queued(),
            progress.open().stream().filter(before.open()::contains).toList(),
            progress.paused(),
            progress.pauseReason(),
            progress.failures(),
            before.lastInstant(),
            before.lastId(),
            before.fired(),
            progress.skipped(),
            progress.missed() + fire.size());
    return new Turn(List.of(), cancel, missed, lookAgain);
  }

  /** When a schedule's first or next turn is, without taking one; null for never. */
  public static @Nullable Instant firstLook(Firings firings, ScheduleProgress progress) {
    Instant next = progress.next();
    return progress.paused() || next == null ? null : firings.firesAt(next);
  }

  /** Whether a schedule needs to know what became of its tasks. */
  public static boolean follows(Schedule schedule) {
    return schedule.overlap() != Overlap.ALLOW || schedule.pauseAfterFailures() > 0;
  }

  private static final class Taking {
    private final Schedule schedule;
    private final ScheduleProgress before;
    private final List<Instant> fire = new ArrayList<>();
    private final List<String> cancel = new ArrayList<>();
    private final List<String> open = new ArrayList<>();
    private @Nullable Instant queued;
    private @Nullable Instant lastInstant;
    private @Nullable String lastId;
    private int failures;
    private long skipped;
    private long missed;

    Taking(Schedule schedule, ScheduleProgress before) {
      this.schedule = schedule;
      this.before = before;
      this.queued = before.queued();
      this.lastInstant = before.lastInstant();
      this.lastId = before.lastId();
      this.failures = before.failures();
      this.skipped = before.skipped();
      this.missed = before.missed();
    }

    /** What became of the tasks that were open. */
    void settle(Map<String, TaskState> states) {
      for (String id : before.open()) {
        TaskState state = states.get(id);
        if (state != null && !state.isFinal()) {
          open.add(id);
        } else if (state == TaskState.FAILED) {
          failures++;
        } else if (state == TaskState.SUCCEEDED) {
          failures = 0;
        }
      }
    }

    boolean tooManyFailures() {
      return schedule.pauseAfterFailures() > 0 && failures >= schedule.pauseAfterFailures();
    }

    void fireQueued(Function<Instant, String> idOf) {
      if (queued != null && open.isEmpty()) {
        fire(queued, idOf);
        queued = null;
      }
    }

    void fireAll(List<Instant> instants, Function<Instant, String> idOf) {
      for (Instant instant : instants) {
        boolean latest = instant.equals(instants.getLast());
        switch (schedule.overlap()) {
          case ALLOW -> fire(instant, idOf);
          case SKIP -> {
            if (open.isEmpty()) {
              fire(instant, idOf);
            } else {
              skipped++;
            }
          }
          case QUEUE_ONE -> {
            if (open.isEmpty()) {
              fire(instant, idOf);
            } else if (queued == null) {
              queued = instant;
            } else {
              skipped++;
            }
          }
          case CANCEL_RUNNING -> {
            if (!latest) {
              skipped++;
            } else if (open.isEmpty()) {
              fire(instant, idOf);
            } else {
              skipped += queued == null ? 0 : 1;
              queued = instant;
              cancel.addAll(open);
            }
          }
        }
      }
    }

    private void fire(Instant instant, Function<Instant, String> idOf) {
      String id = idOf.apply(instant);
      fire.add(instant);
      lastInstant = instant;
      lastId = id;
      if (follows(schedule)) {
        open.add(id);
      }
    }

    ScheduleProgress progress(@Nullable Instant next) {
      return new ScheduleProgress(
          next,
          queued,
          open.subList(Math.max(0, open.size() - MOST_OPEN), open.size()),
          before.paused(),
          before.pauseReason(),
          failures,
          lastInstant,
          lastId,
          before.fired() + fire.size(),
          skipped,
          missed);
    }

    @Nullable Instant lookAgain(Firings firings, @Nullable Instant next, Instant now) {
      Instant again = next == null ? null : firings.firesAt(next);
      if (queued != null) {
        again = earlier(again, now.plus(LOOK_AT_QUEUED));
      }
      if (schedule.pauseAfterFailures() > 0 && !open.isEmpty()) {
        again = earlier(again, now.plus(LOOK_AT_OUTCOMES));
      }
      return again;
    }

    private static Instant earlier(@Nullable Instant one, Instant other) {
      return one != null && one.isBefore(other) ? one : other;
    }
  }
}
