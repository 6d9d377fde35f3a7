package io.taskorch.bench;

import io.taskorch.Taskorch;
import java.util.ArrayList;
import java.util.List;

/** What it changes to spread a namespace over the masters of a cluster. */
final class Partitions implements Benchmark {

  private static final int MASTERS = 3;
  private static final double SHARE = 0.5;

  private static final Spread MANY = Spread.of(16);
  private static final List<Spread> SPREADS = List.of(Spread.of(1), Spread.of(4), MANY);

  /** Enqueue and drain from the most partitions. */
  static final Measure REDIS_CPU = MANY.redisCpu;

  /** The worker's own, from the most partitions. */
  static final Measure WORKER_CPU = MANY.workerCpu;

  private record Spread(int partitions, Measure rate, Measure redisCpu, Measure workerCpu) {
    static Spread of(int partitions) {
      String where = ", " + MASTERS + " masters, partitions: " + partitions;
      return new Spread(
          partitions,
          Measure.rate("drain" + where, "tasks/s").comparedTo(Ceiling.DRAIN),
          Measure.cost("Redis CPU per task, enqueue and drain" + where, "µs"),
          Measure.cost("worker CPU per task, drain" + where, "µs"));
    }
  }

  @Override
  public String name() {
    return "partitions";
  }

  @Override
  public String description() {
    return "drain by one worker process from 1, 4 and 16 partitions on a cluster of three masters";
  }

  @Override
  public List<Measure> measures() {
    List<Measure> measures = new ArrayList<>();
    SPREADS.forEach(spread -> measures.add(spread.rate));
    SPREADS.forEach(spread -> measures.add(spread.redisCpu));
    SPREADS.forEach(spread -> measures.add(spread.workerCpu));
    return measures;
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    try (Cluster cluster = Cluster.start(MASTERS)) {
      for (int run = 0; run < rig.runs(); run++) {
        for (Spread spread : SPREADS) {
          measure(rig, cluster, spread, sheet);
        }
      }
    }
  }

  private static void measure(Rig rig, Cluster cluster, Spread spread, Sheet sheet)
      throws InterruptedException {
    int tasks = rig.tasks(SHARE);
    String namespace = rig.newNamespace();
    double cpu = cluster.cpuMicros();
    try (Taskorch client =
        cluster.connection(namespace, spread.partitions).withoutUpkeep().connect()) {
      Enqueue.inBatches(client.client(), rig.task(), tasks);
    }
    double workerCpu = Drain.ownCpuMicros();
    sheet.add(
        spread.rate,
        Drain.rate(cluster.connection(namespace, spread.partitions), tasks, Drain.SLOTS));
    sheet.add(spread.workerCpu, (Drain.ownCpuMicros() - workerCpu) / tasks);
    sheet.add(spread.redisCpu, (cluster.cpuMicros() - cpu) / tasks);
    cluster.flush();
  }
}
