package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.UniqueKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Tasks of which each holds a unique key of its own, beside plain ones. */
final class UniqueTasks implements Benchmark {

  private static final Measure PLAIN_ENQUEUE =
      Measure.rate("plain tasks beside the unique ones, enqueued by one thread", "tasks/s")
          .comparedTo(Ceiling.ENQUEUE);
  private static final Measure PLAIN_DRAIN =
      Measure.rate("plain tasks beside the unique ones, drain", "tasks/s")
          .comparedTo(Ceiling.DRAIN);
  private static final Measure UNIQUE_ENQUEUE =
      Measure.rate("unique tasks, each with its key, enqueued by one thread", "tasks/s")
          .comparedTo(PLAIN_ENQUEUE);
  private static final Measure UNIQUE_DRAIN =
      Measure.rate("unique tasks, each with its key, drain", "tasks/s")
          .comparedTo(PLAIN_DRAIN)
          .withGoal(0.6);

  @Override
  public String name() {
    return "unique";
  }

  @Override
  public String description() {
    return "tasks that each hold a unique key, as a share of plain tasks";
  }

  @Override
  public List<Measure> measures() {
    return List.of(PLAIN_ENQUEUE, UNIQUE_ENQUEUE, PLAIN_DRAIN, UNIQUE_DRAIN);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    measure(rig, sheet, PLAIN_ENQUEUE, PLAIN_DRAIN, i -> rig.task());
    measure(
        rig,
        sheet,
        UNIQUE_ENQUEUE,
        UNIQUE_DRAIN,
        i -> rig.task().toBuilder().unique(UniqueKey.of("customer " + i)).build());
  }

  private static void measure(
      Rig rig, Sheet sheet, Measure enqueue, Measure drain, IntFunction<TaskSpec> task)
      throws InterruptedException {
    int tasks = rig.tasks(0.5);
    List<List<TaskSpec>> batches = new ArrayList<>();
    for (int from = 0; from < tasks; from += Rig.BATCH) {
      List<TaskSpec> batch = new ArrayList<>(Rig.BATCH);
      for (int i = from; i < from + Rig.BATCH; i++) {
        batch.add(task.apply(i));
      }
      batches.add(batch);
    }
    String namespace = rig.newNamespace();
    try (Taskorch client = rig.client(namespace)) {
      sheet.add(enqueue, Rate.of(tasks, () -> batches.forEach(client.client()::enqueueAll)));
    }
    sheet.add(drain, Drain.rate(rig.connection(namespace), tasks, Drain.SLOTS));
    rig.flush();
  }
}
