package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.Backoff;
import io.taskorch.task.Json;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.Handler;
import io.taskorch.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;

/** Tasks that fail at first. */
final class Retries implements Benchmark {

  private static final Measure RATE =
      Measure.rate("tasks that fail once, then succeed", "tasks/s").comparedTo(Ceiling.DRAIN);

  /** As soon as can be: the wait is not what is measured. */
  private static final RetryPolicy AT_ONCE =
      new RetryPolicy(2, Duration.ofMillis(1), Backoff.FIXED, 1, Duration.ofMillis(1), 0);

  @Override
  public String name() {
    return "retries";
  }

  @Override
  public String description() {
    return "tasks that fail once and succeed 1 ms later";
  }

  @Override
  public List<Measure> measures() {
    return List.of(RATE);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    int tasks = rig.tasks(0.2);
    Countdown handled = new Countdown().expect(tasks);
    WorkerOptions options = WorkerOptions.builder().concurrency(Drain.SLOTS).build();
    try (Taskorch taskorch = rig.connection(rig.newNamespace()).worker(options).connect()) {
      TaskSpec task = rig.task().toBuilder().retryPolicy(AT_ONCE).build();
      Enqueue.inBatches(taskorch.client(), task, tasks);
      taskorch.register(
          Handler.of(
              Rig.TYPE,
              Json.class,
              (payload, attempt) -> {
                if (attempt.attempt() == 1) {
                  throw new IllegalStateException("not yet");
                }
                handled.count();
                return Countdown.RESULT;
              }));
      long begin = System.nanoTime();
      taskorch.start();
      handled.await();
      sheet.add(RATE, Rate.since(begin, tasks));
    }
    rig.flush();
  }
}
