package io.taskorch.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What is CPU alone, by JMH. In this process and for short, which is good enough to see a change of
 * a tenth; for a closer look give JMH's own launcher the same class path.
 */
final class Cpu implements Benchmark {

  private static final int LONGEST_ITERATION_MILLIS = 300;
  private static final int WARM_UPS = 3;

  /** By the names of the methods of {@link CpuOperations}. */
  private static final Map<String, Measure> OPERATIONS = new LinkedHashMap<>();

  static {
    OPERATIONS.put("payloadWrite", operation("payload of 200 bytes, written"));
    OPERATIONS.put("payloadRead", operation("payload of 200 bytes, read"));
    OPERATIONS.put("payloadCheck", operation("payload of 200 bytes, checked to be JSON"));
    OPERATIONS.put("newId", operation("a new id"));
    OPERATIONS.put("idCheck", operation("an id, checked"));
    OPERATIONS.put("backoff", operation("wait before a retry"));
    OPERATIONS.put("progression", operation("a step with 100 upstream steps, decided"));
    OPERATIONS.put("definition", operation("a workflow of 100 steps, checked"));
    OPERATIONS.put("payloadReferences", operation("a payload with two references, resolved"));
  }

  private static Measure operation(String name) {
    return Measure.cost(name, "ns");
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return "what taskorch does without Redis, by JMH in this process";
  }

  @Override
  public List<Measure> measures() {
    return List.copyOf(OPERATIONS.values());
  }

  @Override
  public boolean takesItsTime() {
    return true;
  }

  @Override
  public void measure(Rig rig, Sheet sheet) {
    TimeValue iteration =
        TimeValue.milliseconds(Math.min(LONGEST_ITERATION_MILLIS, rig.tasks(1) / 300));
    var options =
        new OptionsBuilder()
            .include(CpuOperations.class.getName().replace(".", "\\.") + "\\.")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(0)
            .warmupIterations(WARM_UPS)
            .warmupTime(iteration)
            .measurementIterations(rig.runs())
            .measurementTime(iteration)
            .verbosity(VerboseMode.SILENT)
            .build();
    try {
      new Runner(options).run().forEach(result -> add(result, sheet));
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH did not run", e);
    }
  }

  private static void add(RunResult result, Sheet sheet) {
    String benchmark = result.getParams().getBenchmark();
    Measure measure = OPERATIONS.get(benchmark.substring(benchmark.lastIndexOf('.') + 1));
    if (measure == null) {
      throw new IllegalStateException(benchmark + " has no name for people");
    }
    for (var runs : result.getBenchmarkResults()) {
      for (IterationResult run : runs.getIterationResults()) {
        sheet.add(measure, run.getPrimaryResult().getScore());
      }
    }
  }
}
