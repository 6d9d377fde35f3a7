package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.Stores;
import io.taskorch.task.TaskState;
import io.taskorch.upkeep.UpkeepOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Schedules that are all due in one second, and many of which none is due. */
final class Schedules implements Benchmark {

  private static final double SHARE_DUE = 0.1;
  private static final int LONGEST_WINDOW_MILLIS = 5_000;
  private static final int CALLERS = 64;
  private static final Duration FAR_AWAY = Duration.ofDays(300);

  private final Measure last;
  private final Measure first;
  private final Measure commands;

  /**
   * @param tasks of the suite
   */
  Schedules(int tasks) {
    String due =
        String.format(Locale.ROOT, "%,d schedules due at once", Rig.tasks(tasks, SHARE_DUE));
    this.first = Measure.cost(due + ", until the first task", "ms").withGoal(250);
    this.last = Measure.cost(due + ", until the last task", "ms").withGoal(5_000);
    this.commands =
        Measure.cost(
            String.format(
                Locale.ROOT, "%,d schedules of which none is due, upkeep", Rig.tasks(tasks, 1)),
            "commands/s");
  }

  @Override
  public String name() {
    return "schedules";
  }

  @Override
  public String description() {
    return "schedules due in one second, until each has made its task; and idle ones";
  }

  @Override
  public List<Measure> measures() {
    return List.of(first, last, commands);
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    for (int run = 0; run < rig.runs(); run++) {
      measureDue(rig, sheet);
      rig.flush();
    }
    measureIdle(rig, sheet);
    rig.flush();
  }

  private void measureDue(Rig rig, Sheet sheet) throws InterruptedException {
    int count = rig.tasks(SHARE_DUE);
    try (Taskorch taskorch =
        rig.connection(rig.newNamespace()).upkeep(UpkeepOptions.DEFAULT).connect()) {
      Instant due = Instant.now().plusSeconds(2).plusNanos(count * 500_000L);
      due = due.truncatedTo(ChronoUnit.SECONDS);
      store(rig, taskorch.stores(), count, due);
      if (Instant.now().isAfter(due)) {
        throw new IllegalStateException("the schedules were due before all of them were stored");
      }
      taskorch.start();
      await(taskorch, 1);
      sheet.add(first, Duration.between(due, Instant.now()).toNanos() / 1e6);
      await(taskorch, count);
      sheet.add(last, Duration.between(due, Instant.now()).toNanos() / 1e6);
    }
  }

  private static void await(Taskorch taskorch, int tasks) {
    while (taskorch.queues().find("default").map(q -> q.depth().get(TaskState.PENDING)).orElse(0L)
        < tasks) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private void measureIdle(Rig rig, Sheet sheet) throws InterruptedException {
    try (Taskorch taskorch =
        rig.connection(rig.newNamespace()).upkeep(UpkeepOptions.DEFAULT).connect()) {
      store(rig, taskorch.stores(), rig.tasks(1), Instant.now().plus(FAR_AWAY));
      taskorch.start();
      int window = Math.min(LONGEST_WINDOW_MILLIS, rig.tasks(1) / 20);
      TimeUnit.MILLISECONDS.sleep(window);
      for (int run = 0; run < rig.runs(); run++) {
        try (CommandCount counted = new CommandCount(rig.redis())) {
          long begin = System.nanoTime();
          TimeUnit.MILLISECONDS.sleep(window);
          sheet.add(commands, counted.soFar() * 1e9 / (System.nanoTime() - begin));
        }
      }
    }
  }

  private static void store(Rig rig, Stores stores, int count, Instant due)
      throws InterruptedException {
    Instant now = Instant.now();
    String cron = DateTimeFormatter.ofPattern("s m H d M '*'").format(due.atOffset(ZoneOffset.UTC));
    AtomicInteger number = new AtomicInteger();
    Callers.rate(
        CALLERS,
        count,
        () ->
            () -> {
              Schedule schedule =
                  Schedule.builder("schedule-" + number.incrementAndGet())
                      .cron(cron)
                      .task(rig.task())
                      .build();
              stores
                  .schedules()
                  .save(
                      new StoredSchedule(schedule, null, now, now, 0, ScheduleProgress.from(due)),
                      due);
            });
  }
}
