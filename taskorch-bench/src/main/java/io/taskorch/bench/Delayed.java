package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.WorkerOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** Tasks that are all due at one instant. */
final class Delayed implements Benchmark {

  private static final double SHARE = 0.1;

  private final Measure last;

  /**
   * @param tasks of the suite
   */
  Delayed(int tasks) {
    this.last =
        Measure.cost(
            String.format(
                Locale.ROOT, "%,d tasks due at once, until the last", Rig.tasks(tasks, SHARE)),
            "ms");
  }

  @Override
  public String name() {
    return "delayed";
  }

  @Override
  public String description() {
    return "tasks due at one instant: how long after it the last one has run";
  }

  @Override
  public List<Measure> measures() {
    return List.of(last);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    int tasks = rig.tasks(SHARE);
    Countdown handled = new Countdown().expect(tasks);
    WorkerOptions options = WorkerOptions.builder().concurrency(Drain.SLOTS).build();
    try (Taskorch taskorch = rig.connection(rig.newNamespace()).worker(options).connect()) {
      taskorch.register(handled.handler());
      taskorch.start();
      Duration timeToSubmit = Duration.ofSeconds(1).plusNanos(tasks * 200_000L);
      Instant due = Instant.now().plus(timeToSubmit).truncatedTo(ChronoUnit.MILLIS);
      TaskSpec task = rig.task().toBuilder().runAt(due).build();
      Enqueue.inBatches(taskorch.client(), task, tasks);
      if (Instant.now().isAfter(due)) {
        throw new IllegalStateException("the tasks were due before all of them were stored");
      }
      handled.await();
      sheet.add(last, Duration.between(due, Instant.now()).toNanos() / 1e6);
    }
    rig.flush();
  }
}
