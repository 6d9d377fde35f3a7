package io.taskorch.upkeep;

import io.taskorch.schedule.Firing;
import io.taskorch.schedule.Firing.Kind;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.Turn;
import io.taskorch.store.NewTask;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.ScheduleStore.DueSchedules;
import io.taskorch.store.ScheduleStore.Moved;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.Stores;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the tasks of schedules whose time has come. A task is stored under an id that its instant
 * gives, then the schedule is moved on if nobody else has done so: whoever dies in between, or
 * comes second, leaves one task per instant.
 */
final class ScheduleFirer implements Loop.Work {

  private static final Logger log = LoggerFactory.getLogger(ScheduleFirer.class);

  /** After so many calls in a row the other partitions have their turn. */
  private static final int MOST_CALLS = 100;

  private static final int MOST_STATES = 1000;

  /** For so long a partition's schedules are fired by one scheduler, if it goes on. */
  private static final Duration LEASE = Duration.ofSeconds(2);

  /**
   * What was read longer ago is read again before anything is stored: by then others may have fired
   * it, and its task may have ended and be gone.
   */
  private static final Duration FRESH = Firing.LEAST_RETENTION.dividedBy(10);

  private final Stores stores;
  private final ScheduleStore schedules;
  private final String id;
  private final Pace pace;

  /**
   * @param id names this scheduler among others
   */
  ScheduleFirer(Stores stores, String id, Pace pace) {
    this.stores = stores;
    this.schedules = stores.schedules();
    this.id = id;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    Duration wait = pace.idle();
    for (int partition : schedules.partitions()) {
      Duration next = fire(partition);
      wait = next.compareTo(wait) < 0 ? next : wait;
    }
    return wait;
  }

  private Duration fire(int partition) {
    for (int calls = 0; calls < MOST_CALLS; calls++) {
      long read = System.nanoTime();
      DueSchedules due = schedules.due(partition, id, LEASE);
      if (due.schedules().isEmpty()) {
        return pace.until(due.nextDue(), due.now());
      }
      takeTurns(partition, due, read);
    }
    return Duration.ZERO;
  }

  private void takeTurns(int partition, DueSchedules due, long read) {
    Map<String, TaskState> states = statesOfOpenTasks(due.schedules());
    int partitions = stores.partitions().count();
    List<NewTask> tasks = new ArrayList<>();
    List<String> cancelled = new ArrayList<>();
    List<Moved> moved = new ArrayList<>();
    for (StoredSchedule stored : due.schedules()) {
      Schedule schedule = stored.schedule();
      Turn turn =
          Turn.of(
              schedule,
              stored.firings(),
              stored.progress(),
              due.now(),
              states,
              instant -> new Firing(schedule, instant, Kind.TIME).taskId(partitions));
      if (!turn.fire().isEmpty()) {
        TaskSpec task = Firing.task(schedule);
        for (Instant instant : turn.fire()) {
          tasks.add(new NewTask(new Firing(schedule, instant, Kind.TIME).taskId(partitions), task));
        }
      }
      cancelled.addAll(turn.cancel());
      moved.add(new Moved(stored.with(turn.progress()), turn.lookAgain()));
      tell(stored, turn);
    }
    if (System.nanoTime() - read > FRESH.toNanos()) {
      return;
    }
    enqueue(tasks);
    cancelled.forEach(this::cancel);
    schedules.move(partition, moved);
  }

  private Map<String, TaskState> statesOfOpenTasks(List<StoredSchedule> due) {
    List<String> open = due.stream().flatMap(s -> s.progress().open().stream()).toList();
    Map<String, TaskState> states = new HashMap<>();
    for (int from = 0; from < open.size(); from += MOST_STATES) {
      states.putAll(
          stores.query().states(open.subList(from, Math.min(open.size(), from + MOST_STATES))));
    }
    return states;
  }

  private void enqueue(List<NewTask> tasks) {
    if (tasks.isEmpty()) {
      return;
    }
    try {
      stores.tasks().enqueue(tasks);
    } catch (InvalidTaskException e) {
      // One that cannot be must not hold up the others.
      tasks.forEach(this::enqueueAlone);
    }
  }

  private void enqueueAlone(NewTask task) {
    try {
      stores.tasks().enqueue(List.of(task));
    } catch (InvalidTaskException e) {
      log.error("schedule {}: its task was refused: {}", task.spec().schedule(), e.getMessage());
    }
  }

  private void cancel(String taskId) {
    try {
      stores.tasks().cancel(taskId);
    } catch (TaskNotFoundException | IllegalMoveException e) {
      log.debug("task {} has ended by itself", taskId, e);
    }
  }

  private static void tell(StoredSchedule stored, Turn turn) {
    long missed = turn.progress().missed() - stored.progress().missed();
    if (missed > 0) {
      log.warn("schedule {}: at least {} firings were missed", stored.schedule().name(), missed);
    }
    if (turn.progress().paused()) {
      log.warn(
          "schedule {}: paused after {} failures in a row",
          stored.schedule().name(),
          turn.progress().failures());
    }
  }
}
