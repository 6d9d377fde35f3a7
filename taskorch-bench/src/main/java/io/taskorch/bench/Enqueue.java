package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.client.TaskClient;
import io.taskorch.task.TaskSpec;
import java.util.Collections;
import java.util.List;

/** Submission, from one thread and from many. */
final class Enqueue implements Benchmark {

  /** With as many calls under way as the ceiling has. */
  static final Measure BATCHES =
      Measure.rate("enqueue in batches of 1,000, four threads", "tasks/s")
          .comparedTo(Ceiling.ENQUEUE)
          .withGoal(0.6);

  private static final Measure BATCHES_OF_ONE =
      Measure.rate("enqueue in batches of 1,000, one thread", "tasks/s")
          .comparedTo(Ceiling.ENQUEUE);
  static final Measure MANY_THREADS =
      Measure.rate("enqueue one by one, 64 threads", "tasks/s")
          .comparedTo(Ceiling.MANY_CONNECTIONS)
          .withGoal(0.7);
  static final Measure ONE_THREAD =
      Measure.rate("enqueue one by one, one thread", "tasks/s").comparedTo(Ceiling.ONE_CONNECTION);

  @Override
  public String name() {
    return "enqueue";
  }

  @Override
  public String description() {
    return "tasks submitted in batches, one by one from 64 threads, and from one";
  }

  @Override
  public List<Measure> measures() {
    return List.of(BATCHES, BATCHES_OF_ONE, MANY_THREADS, ONE_THREAD);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    int tasks = rig.tasks(1);
    try (Taskorch taskorch = rig.client(rig.newNamespace())) {
      TaskClient client = taskorch.client();
      List<TaskSpec> batch = Collections.nCopies(Rig.BATCH, rig.task());
      double calls =
          Callers.rate(
              RawCeiling.UNDER_WAY, tasks / Rig.BATCH, () -> () -> client.enqueueAll(batch));
      sheet.add(BATCHES, calls * Rig.BATCH);
    }
    rig.flush();
    try (Taskorch taskorch = rig.client(rig.newNamespace())) {
      sheet.add(
          BATCHES_OF_ONE, Rate.of(tasks, () -> inBatches(taskorch.client(), rig.task(), tasks)));
    }
    rig.flush();
    try (Taskorch taskorch = rig.client(rig.newNamespace())) {
      TaskClient client = taskorch.client();
      Callers.Call one = () -> client.enqueue(rig.task());
      sheet.add(MANY_THREADS, Callers.rate(Ceiling.CALLERS, rig.tasks(0.5), () -> one));
      int few = rig.tasks(0.1);
      sheet.add(ONE_THREAD, Rate.of(few, () -> oneByOne(client, rig.task(), few)));
    }
    rig.flush();
  }

  /** Submits so many tasks, a multiple of {@link Rig#BATCH}. */
  static void inBatches(TaskClient client, TaskSpec task, int tasks) {
    List<TaskSpec> batch = Collections.nCopies(Rig.BATCH, task);
    for (int sent = 0; sent < tasks; sent += Rig.BATCH) {
      client.enqueueAll(batch);
    }
  }

  private static void oneByOne(TaskClient client, TaskSpec task, int tasks) {
    for (int sent = 0; sent < tasks; sent++) {
      var unused = client.enqueue(task);
    }
  }
}
