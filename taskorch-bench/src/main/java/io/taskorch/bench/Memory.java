package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.Lease;
import java.util.List;

/** What a task takes of Redis's memory, 200 bytes of it being the payload. */
final class Memory implements Benchmark {

  private static final Measure WAITING =
      Measure.cost("memory per waiting task", "bytes").withGoal(750);
  private static final Measure RUNNING = Measure.cost("memory per running task", "bytes");
  private static final Measure FINISHED = Measure.cost("memory per finished task", "bytes");

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public String description() {
    return "bytes in Redis per waiting, running and finished task, events included";
  }

  @Override
  public List<Measure> measures() {
    return List.of(WAITING, RUNNING, FINISHED);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) {
    int tasks = rig.tasks(1);
    try (Taskorch taskorch = rig.client(rig.newNamespace())) {
      BareWorker worker = new BareWorker(taskorch.stores());
      double empty = rig.probe().memory();
      Enqueue.inBatches(taskorch.client(), rig.task(), tasks);
      sheet.add(WAITING, (rig.probe().memory() - empty) / tasks);
      List<Lease> leases = worker.claim(tasks);
      sheet.add(RUNNING, (rig.probe().memory() - empty) / tasks);
      worker.settle(leases);
      sheet.add(FINISHED, (rig.probe().memory() - empty) / tasks);
    }
    rig.flush();
  }
}
