package io.taskorch.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a worker with upkeep costs when there is nothing to do. */
final class Idle implements Benchmark {

  private static final Measure COMMANDS =
      Measure.cost("idle worker, commands", "commands/s").withGoal(3);
  private static final Measure WORKER_CPU =
      Measure.cost("idle worker, its CPU", "% of a core").withGoal(1);
  private static final Measure REDIS_CPU = Measure.cost("idle worker, CPU of Redis", "% of a core");

  private static final int SLOTS = 10;

  /** Processor times of processes come in ticks of 10 ms: a tick is 0.1 % of this. */
  private static final int LONGEST_WINDOW_MILLIS = 10_000;

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String description() {
    return "what an idle worker with upkeep takes, one partition";
  }

  @Override
  public List<Measure> measures() {
    return List.of(COMMANDS, WORKER_CPU, REDIS_CPU);
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    try (WorkerProcess worker = WorkerProcess.start()) {
      worker.connect(rig.redis(), rig.newNamespace(), SLOTS);
      worker.work();
      // With few tasks the suite is to be quick, and no figure is to be believed.
      int window = Math.min(LONGEST_WINDOW_MILLIS, rig.tasks(1) / 10);
      TimeUnit.MILLISECONDS.sleep(window);
      for (int run = 0; run < rig.runs(); run++) {
        measureOnce(rig, worker, window, sheet);
      }
      worker.disconnect();
    }
    rig.flush();
  }

  private static void measureOnce(Rig rig, WorkerProcess worker, int window, Sheet sheet)
      throws InterruptedException {
    double redisCpu = rig.probe().cpuMicros();
    try (CommandCount commands = new CommandCount(rig.redis())) {
      long begin = System.nanoTime();
      long workerCpu = worker.cpu().toNanos();
      TimeUnit.MILLISECONDS.sleep(window);
      long count = commands.soFar();
      double nanos = System.nanoTime() - begin;
      sheet.add(COMMANDS, count * 1e9 / nanos);
      sheet.add(WORKER_CPU, 100 * (worker.cpu().toNanos() - workerCpu) / nanos);
      sheet.add(REDIS_CPU, 100 * 1e3 * (rig.probe().cpuMicros() - redisCpu) / nanos);
    }
  }
}
