package io.taskorch.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a worker costs when there is nothing to do: alone, and with upkeep in the same program. */
final class Idle implements Benchmark {

  private static final Figures WORKER =
      new Figures(
          Measure.cost("idle worker, commands", "commands/s").withGoal(3),
          Measure.cost("idle worker, its CPU", "% of a core").withGoal(1),
          Measure.cost("idle worker, CPU of Redis", "% of a core"));
  private static final Figures WITH_UPKEEP =
      new Figures(
          Measure.cost("idle worker and upkeep, commands", "commands/s"),
          Measure.cost("idle worker and upkeep, their CPU", "% of a core"),
          Measure.cost("idle worker and upkeep, CPU of Redis", "% of a core"));

  private static final int SLOTS = 10;

  /** Processor times of processes come in ticks of 10 ms: a tick is 0.1 % of this. */
  private static final int LONGEST_WINDOW_MILLIS = 10_000;

  private record Figures(Measure commands, Measure cpu, Measure redisCpu) {

    Stream<Measure> all() {
      return Stream.of(commands, cpu, redisCpu);
    }
  }

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String description() {
    return "what an idle worker takes, one partition, alone and with upkeep";
  }

  @Override
  public List<Measure> measures() {
    return Stream.of(WORKER, WITH_UPKEEP).flatMap(Figures::all).toList();
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    try (WorkerProcess worker = WorkerProcess.start()) {
      worker.connectWithoutUpkeep(rig.redis(), rig.newNamespace(), SLOTS);
      measure(WORKER, worker, rig, sheet);
      worker.connect(rig.redis(), rig.newNamespace(), SLOTS);
      measure(WITH_UPKEEP, worker, rig, sheet);
    }
    rig.flush();
  }

  private static void measure(Figures figures, WorkerProcess worker, Rig rig, Sheet sheet)
      throws InterruptedException {
    worker.work();
    // With few tasks the suite is to be quick, and no figure is to be believed.
    int window = Math.min(LONGEST_WINDOW_MILLIS, rig.tasks(1) / 10);
    TimeUnit.MILLISECONDS.sleep(window);
    for (int run = 0; run < rig.runs(); run++) {
      measureOnce(figures, rig, worker, window, sheet);
    }
    worker.disconnect();
  }

  private static void measureOnce(
      Figures figures, Rig rig, WorkerProcess worker, int window, Sheet sheet)
      throws InterruptedException {
    double redisCpu = rig.probe().cpuMicros();
    try (CommandCount commands = new CommandCount(rig.redis())) {
      long begin = System.nanoTime();
      long workerCpu = worker.cpu().toNanos();
      TimeUnit.MILLISECONDS.sleep(window);
      long count = commands.soFar();
      double nanos = System.nanoTime() - begin;
      sheet.add(figures.commands, count * 1e9 / nanos);
      sheet.add(figures.cpu, 100 * (worker.cpu().toNanos() - workerCpu) / nanos);
      sheet.add(figures.redisCpu, 100 * 1e3 * (rig.probe().cpuMicros() - redisCpu) / nanos);
    }
  }
}
