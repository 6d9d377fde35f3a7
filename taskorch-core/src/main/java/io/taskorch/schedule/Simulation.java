package io.taskorch.schedule;

import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What schedules will do in a window of time, by the very rules that fire them: each instant with
 * what becomes of it, and where tasks of several schedules begin in the same second.
 *
 * @param instants by schedule in the order of the input, then by time
 * @param collisions those of the most schedules first, at most {@link #MOST_COLLISIONS}
 * @param complete false when there were more than {@link #MOST_INSTANTS}
 */
public record Simulation(
    List<SimulatedInstant> instants, List<Collision> collisions, boolean complete) {

  public static final int MOST_SCHEDULES = 100;
  public static final int MOST_INSTANTS = 10_000;
  public static final int MOST_COLLISIONS = 100;
  public static final Duration LONGEST_WINDOW = Duration.ofDays(366);

  public Simulation {
    instants = List.copyOf(instants);
    collisions = List.copyOf(collisions);
  }

  /**
   * A schedule to simulate.
   *
   * @param createdAt what an interval without a start counts from
   */
  public record Subject(Schedule schedule, Instant createdAt) {}

  /** A stretch of time, without its end. */
  public record Window(Instant from, Instant to) {
    boolean contains(Instant instant) {
      return !instant.isBefore(from) && instant.isBefore(to);
    }
  }

  /**
   * An instant of a schedule.
   *
   * @param firesAt when it makes its task; null unless it does
   */
  public record SimulatedInstant(
      String schedule, Instant instant, Fate fate, @Nullable Instant firesAt) {}

  /** What becomes of an instant. */
  public enum Fate {
    FIRED,
    /** Left out because of an earlier task. */
    SKIPPED,
    /** Given up because no scheduler ran. */
    MISSED,
    /** Still waiting for an earlier task at the end of the window. */
    QUEUED
  }

  /** A second in which tasks of several schedules begin. */
  public record Collision(Instant second, List<String> schedules) {
    public Collision {
      schedules = List.copyOf(schedules);
    }
  }

  /**
   * @param subjects at most {@link #MOST_SCHEDULES}
   * @param window at most {@link #LONGEST_WINDOW}
   * @param runTime how long a task takes
   * @param outages when no scheduler runs
   */
  public static Simulation of(
      List<Subject> subjects, Window window, Duration runTime, List<Window> outages) {
    List<SimulatedInstant> instants = new ArrayList<>();
    boolean complete = true;
    for (Subject subject : subjects) {
      Run run = new Run(subject, window, runTime, outages, MOST_INSTANTS - instants.size());
      complete &= run.toEnd();
      instants.addAll(run.sorted());
    }
    return new Simulation(instants, collisions(instants), complete);
  }

  private static List<Collision> collisions(List<SimulatedInstant> instants) {
    Map<Instant, TreeSet<String>> bySecond = new TreeMap<>();
    for (SimulatedInstant one : instants) {
      if (one.firesAt != null) {
        bySecond
            .computeIfAbsent(one.firesAt.truncatedTo(ChronoUnit.SECONDS), s -> new TreeSet<>())
            .add(one.schedule);
      }
    }
    return bySecond.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(entry -> new Collision(entry.getKey(), List.copyOf(entry.getValue())))
        .sorted(Comparator.comparing((Collision c) -> -c.schedules.size()))
        .limit(MOST_COLLISIONS)
        .toList();
  }

  /** One schedule from turn to turn. */
  private static final class Run {
    private final Schedule schedule;
    private final Firings firings;
    private final Window window;
    private final Duration runTime;
    private final List<Window> outages;
    private final int most;
    private final Map<Instant, SimulatedInstant> fates = new TreeMap<>();
    private final Map<String, Instant> ends = new HashMap<>();

    Run(Subject subject, Window window, Duration runTime, List<Window> outages, int most) {
      this.schedule = subject.schedule;
      this.firings = new Firings(schedule, subject.createdAt);
      this.window = window;
      this.runTime = runTime;
      this.outages = outages;
      this.most = most;
    }

    /** Whether it came to the end. */
    boolean toEnd() {
      ScheduleProgress progress =
          ScheduleProgress.from(firings.next(window.from.minusNanos(1)).orElse(null));
      Instant now = running(Turn.firstLook(firings, progress));
      while (now != null && now.isBefore(window.to)) {
        if (fates.size() >= most) {
          return false;
        }
        Turn turn =
            Turn.of(schedule, firings, progress, now, states(progress, now), Instant::toString);
        note(progress, turn, now);
        progress = turn.progress();
        now = running(next(turn, now));
      }
      if (progress.queued() != null) {
        put(progress.queued(), Fate.QUEUED, null);
      }
      return fates.size() <= most;
    }

    private @Nullable Instant running(@Nullable Instant instant) {
      Instant at = instant;
      for (int i = 0; at != null && i < outages.size(); i++) {
        // In any order: one may end within another.
        Window outage = outages.get(i);
        if (outage.contains(at)) {
          at = outage.to;
          i = -1;
        }
      }
      return at;
    }

    private Map<String, TaskState> states(ScheduleProgress progress, Instant now) {
      Map<String, TaskState> states = new HashMap<>();
      for (String id : progress.open()) {
        Instant end = ends.get(id);
        states.put(id, end != null && end.isAfter(now) ? TaskState.RUNNING : TaskState.SUCCEEDED);
      }
      return states;
    }

    private void note(ScheduleProgress before, Turn turn, Instant now) {
      ScheduleProgress after = turn.progress();
      turn.cancel().forEach(id -> ends.put(id, now));
      if (before.queued() != null && !before.queued().equals(after.queued())) {
        put(before.queued(), Fate.SKIPPED, null);
      }
      Instant passed = before.next();
      while (passed != null && !passed.equals(after.next()) && fates.size() <= most) {
        put(passed, Fate.MISSED, null);
        passed = firings.next(passed).orElse(null);
      }
      if (before.next() != null) {
        for (Instant due : firings.due(before.next(), now).fire()) {
          put(due, Fate.SKIPPED, null);
        }
      }
      ends.values().removeIf(end -> !end.isAfter(now));
      for (Instant fired : turn.fire()) {
        put(fired, Fate.FIRED, now);
        ends.put(fired.toString(), now.plus(runTime));
      }
      if (after.queued() != null) {
        put(after.queued(), Fate.QUEUED, null);
      }
    }

    private void put(Instant instant, Fate fate, @Nullable Instant firesAt) {
      fates.put(instant, new SimulatedInstant(schedule.name(), instant, fate, firesAt));
    }

    /** The next turn that can make a difference: no task fails here. */
    private @Nullable Instant next(Turn turn, Instant now) {
      Instant lookAgain = turn.lookAgain();
      Instant next = turn.progress().next();
      Instant due = next == null ? null : firings.firesAt(next);
      if (lookAgain == null || turn.progress().queued() == null) {
        return due;
      }
      Instant change =
          turn.progress().open().stream()
              .map(id -> ends.getOrDefault(id, now))
              .min(Comparator.naturalOrder())
              .orElse(now);
      change = due != null && due.isBefore(change) ? due : change;
      return change.isAfter(lookAgain) ? change : lookAgain;
    }

    List<SimulatedInstant> sorted() {
      return fates.values().stream().limit(most).toList();
    }
  }
}
