package io.taskorch.upkeep;

import io.taskorch.schedule.Firing;
import io.taskorch.schedule.Firing.Kind;
import io.taskorch.schedule.Turn;
import io.taskorch.store.NewRun;
import io.taskorch.store.NewTask;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.ScheduleStore.DueSchedules;
import io.taskorch.store.ScheduleStore.Moved;
import io.taskorch.store.ScheduledWork;
import io.taskorch.store.ScheduledWork.Plan;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.Stores;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the tasks and runs of schedules whose time has come. Each is stored under an id that its
 * instant gives, then the schedule is moved on if nobody else has done so: whoever dies in between,
 * or comes second, leaves one per instant.
 */
final class ScheduleFirer implements Loop.Work {

  private static final Logger log = LoggerFactory.getLogger(ScheduleFirer.class);

  /** For so long a partition's schedules are fired by one scheduler, if it goes on. */
  private static final Duration LEASE = Duration.ofSeconds(2);

  /**
   * What was read longer ago is read again before anything is stored: by then others may have fired
   * it, and its task may have ended and be gone.
   */
  private static final Duration FRESH = Firing.LEAST_RETENTION.dividedBy(10);

  private final Stores stores;
  private final ScheduleStore schedules;
  private final ScheduledWork work;
  private final String id;
  private final Pace pace;

  /**
   * @param id names this scheduler among others
   */
  ScheduleFirer(Stores stores, String id, Pace pace) {
    this.stores = stores;
    this.schedules = stores.schedules();
    this.work = new ScheduledWork(stores);
    this.id = id;
    this.pace = pace;
  }

  @Override
  public Duration pass() {
    return Round.over(
        schedules.partitions().stream().mapToInt(Integer::intValue), pace.idle(), this::fire);
  }

  private Duration fire(int partition) {
    long read = System.nanoTime();
    DueSchedules due = schedules.due(partition, id, LEASE);
    if (due.schedules().isEmpty()) {
      return pace.until(due.nextDue(), due.now());
    }
    takeTurns(partition, due, read);
    return Duration.ZERO;
  }

  private void takeTurns(int partition, DueSchedules due, long read) {
    Map<String, TaskState> states =
        work.states(due.schedules().stream().flatMap(s -> s.progress().open().stream()).toList());
    List<NewTask> tasks = new ArrayList<>();
    List<NewRun> runs = new ArrayList<>();
    List<String> cancelled = new ArrayList<>();
    List<Moved> moved = new ArrayList<>();
    for (StoredSchedule stored : due.schedules()) {
      Turn turn = fired(turn(stored, due.now(), states), stored, tasks, runs);
      cancelled.addAll(turn.cancel());
      moved.add(new Moved(stored.with(turn.progress()), turn.lookAgain()));
      tell(stored, turn);
    }
    if (System.nanoTime() - read > FRESH.toNanos()) {
      return;
    }
    enqueue(tasks);
    runs.forEach(this::start);
    cancelled.forEach(work::cancel);
    schedules.move(partition, moved);
  }

  private Turn turn(StoredSchedule stored, Instant now, Map<String, TaskState> states) {
    return Turn.of(
        stored.schedule(),
        stored.firings(),
        stored.progress(),
        now,
        states,
        instant -> idOf(stored, instant));
  }

  private String idOf(StoredSchedule stored, Instant instant) {
    return new Firing(stored.schedule(), instant, Kind.TIME)
        .id(stores.partitions().count(), work.home(stored.schedule()));
  }

  /** Adds what a turn starts; when that cannot be started, its instants are missed. */
  private Turn fired(Turn turn, StoredSchedule stored, List<NewTask> tasks, List<NewRun> runs) {
    if (turn.fire().isEmpty()) {
      return turn;
    }
    List<String> ids = turn.fire().stream().map(instant -> idOf(stored, instant)).toList();
    try {
      switch (work.plan(stored.schedule())) {
        case Plan.OfTask(TaskSpec task) -> ids.forEach(one -> tasks.add(new NewTask(one, task)));
        case Plan.OfRun(WorkflowDefinition definition, int version, Json input) ->
            ids.forEach(one -> runs.add(new NewRun(one, definition, version, input)));
      }
      return turn;
    } catch (InvalidTaskException e) {
      log.error(
          "schedule {}: its workflow cannot run: {}", stored.schedule().name(), e.getMessage());
      return turn.missed(stored.progress());
    }
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

  private void start(NewRun run) {
    try {
      stores.runs().start(run);
    } catch (InvalidTaskException e) {
      log.error("a run of workflow {} was refused: {}", run.definition().name(), e.getMessage());
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
