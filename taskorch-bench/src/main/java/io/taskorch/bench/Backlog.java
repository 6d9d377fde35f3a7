package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskClient;
import io.taskorch.task.TaskSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a task costs when many others wait: it should not depend on them. */
final class Backlog implements Benchmark {

  private static final double SHARE = 0.1;
  private static final int FILLING_THREADS = 4;

  /** One size of the backlog, and what is measured on it. */
  private record Level(int size, Measure cpu, Measure commands) {}

  private final List<Level> levels = new ArrayList<>();
  private final Measure slowest;

  /**
   * @param tasks of the suite; the largest backlog is ten times that, the smallest a hundredth
   */
  Backlog(int tasks) {
    for (double share : new double[] {0.01, 1, 10}) {
      // A suite of few tasks, as a test runs it, has three sizes all the same.
      int size = levels.isEmpty() ? 0 : 2 * levels.getLast().size;
      size = Math.max(size, Rig.tasks(tasks, share));
      String where = String.format(Locale.ROOT, "on a backlog of %,d", size);
      Measure cpu = Measure.cost("Redis CPU per task, " + where, "µs");
      Measure commands = Measure.cost("Redis commands per task, " + where, "commands");
      Level least = levels.isEmpty() ? null : levels.getFirst();
      levels.add(
          least == null
              ? new Level(size, cpu, commands)
              : new Level(
                  size,
                  cpu.comparedTo(least.cpu).withGoal(1.1),
                  commands.comparedTo(least.commands).withGoal(1.1)));
    }
    this.slowest =
        Measure.cost(
                String.format(
                    Locale.ROOT, "slowest script on a backlog of %,d", levels.getLast().size),
                "ms")
            .withGoal(5);
  }

  @Override
  public String name() {
    return "backlog";
  }

  @Override
  public String description() {
    return "enqueue, claim and settle on top of a small, a large and a very large backlog";
  }

  @Override
  public List<Measure> measures() {
    List<Measure> measures = new ArrayList<>();
    levels.forEach(level -> measures.add(level.cpu));
    levels.forEach(level -> measures.add(level.commands));
    measures.add(slowest);
    return measures;
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    Map<Measure, List<Double>> values = new HashMap<>();
    try (Taskorch taskorch = rig.client(rig.newNamespace())) {
      int waiting = 0;
      BareWorker worker = new BareWorker(taskorch.stores());
      workOnTop(rig, taskorch, worker);
      for (Level level : levels) {
        fill(rig, taskorch.client(), level.size - waiting);
        waiting = level.size;
        for (int run = 0; run < rig.runs(); run++) {
          measureOnce(rig, taskorch, worker, level)
              .forEach(
                  (measure, value) ->
                      values.computeIfAbsent(measure, any -> new ArrayList<>()).add(value));
        }
      }
    }
    rig.flush();
    // Run by run, because a value is compared to the one that was noted last.
    for (int run = 0; run < rig.runs(); run++) {
      for (Measure measure : measures()) {
        sheet.add(measure, values.getOrDefault(measure, List.of()).get(run));
      }
    }
  }

  private Map<Measure, Double> measureOnce(
      Rig rig, Taskorch taskorch, BareWorker worker, Level level) {
    int tasks = rig.tasks(SHARE);
    RedisProbe probe = rig.probe();
    probe.watchSlowCalls();
    double cpu = probe.cpuMicros();
    double commands = probe.commands();
    workOnTop(rig, taskorch, worker);
    Map<Measure, Double> values = new HashMap<>();
    values.put(level.commands, (probe.commands() - commands) / tasks);
    values.put(level.cpu, (probe.cpuMicros() - cpu) / tasks);
    if (level == levels.getLast()) {
      values.put(slowest, probe.slowestScriptMillis());
    }
    Drain.prune(taskorch.stores());
    return values;
  }

  /** New tasks come in at the end, and as many go out at the front: the backlog stays as it is. */
  private static void workOnTop(Rig rig, Taskorch taskorch, BareWorker worker) {
    int tasks = rig.tasks(SHARE);
    Enqueue.inBatches(taskorch.client(), rig.task(), tasks);
    worker.settle(worker.claim(tasks));
  }

  private static void fill(Rig rig, TaskClient client, int tasks) throws InterruptedException {
    List<TaskSpec> batch = Collections.nCopies(Rig.BATCH, rig.task());
    double unused =
        Callers.rate(FILLING_THREADS, tasks / Rig.BATCH, () -> () -> client.enqueueAll(batch));
  }
}
