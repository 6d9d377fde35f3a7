package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.worker.Handler;
import io.taskorch.worker.WorkerOptions;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Plain workflows beside plain tasks on the same worker, all of them waiting when time begins. */
final class Workflows implements Benchmark {

  private static final int CHAINS = 100;
  private static final int CHAIN_LENGTH = 100;
  private static final int FAN = 1000;
  private static final int DIAMONDS = 250;

  private static final Measure PLAIN =
      Measure.rate("plain tasks on the worker of the workflows", "tasks/s")
          .comparedTo(Ceiling.DRAIN);
  private static final Measure CHAIN_RATE = steps("100 parallel chains of 100 steps");
  private static final Measure FAN_RATE = steps("a fan of 1,000 steps");
  private static final Measure DIAMOND_RATE = steps("250 parallel diamonds of 4 steps");
  private static final Measure STEP_TIME =
      Measure.cost("one chain, time per step, p50", "ms").withGoal(1);

  private static final WorkflowDefinition CHAIN = chain(CHAIN_LENGTH);
  private static final WorkflowDefinition WIDE = fan(FAN);
  private static final WorkflowDefinition DIAMOND =
      new WorkflowDefinition(
          "diamond", List.of(step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")));

  private static Measure steps(String name) {
    return Measure.rate(name, "steps/s").comparedTo(PLAIN).withGoal(0.3);
  }

  private static Step step(String name, String... dependencies) {
    return new Step(name, TaskSpec.of(Rig.TYPE), List.of(dependencies));
  }

  private static WorkflowDefinition chain(int length) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      steps.add(i == 0 ? step("s0") : step("s" + i, "s" + (i - 1)));
    }
    return new WorkflowDefinition("chain", steps);
  }

  /** One step, then all but two of them in parallel, then one that joins them. */
  private static WorkflowDefinition fan(int size) {
    List<Step> steps = new ArrayList<>();
    steps.add(step("first"));
    String[] middle = new String[size - 2];
    for (int i = 0; i < middle.length; i++) {
      middle[i] = "s" + i;
      steps.add(step(middle[i], "first"));
    }
    steps.add(step("last", middle));
    return new WorkflowDefinition("fan", steps);
  }

  @Override
  public String name() {
    return "workflows";
  }

  @Override
  public String description() {
    return "chains, fans and diamonds, as a share of plain tasks on the same worker";
  }

  @Override
  public List<Measure> measures() {
    return List.of(PLAIN, CHAIN_RATE, FAN_RATE, DIAMOND_RATE, STEP_TIME);
  }

  @Override
  public void measure(Rig rig, Sheet sheet) throws InterruptedException {
    String namespace = rig.newNamespace();
    Countdown handled = new Countdown();
    ConcurrentLinkedQueue<Long> starts = new ConcurrentLinkedQueue<>();
    WorkerOptions options = WorkerOptions.builder().concurrency(Drain.SLOTS).build();
    try (Taskorch taskorch = rig.connection(namespace).worker(options).connect()) {
      taskorch.register(
          Handler.of(
              Rig.TYPE,
              Json.class,
              (payload, task) -> {
                starts.add(System.nanoTime());
                handled.count();
                return Countdown.RESULT;
              }));
      taskorch.start();
      int tasks = rig.tasks(0.5);
      Runnable submitTasks = () -> Enqueue.inBatches(taskorch.client(), rig.task(), tasks);
      sheet.add(PLAIN, rate(taskorch, handled, tasks, 1, submitTasks));
      int steps = rig.tasks(0.1);
      sheet.add(CHAIN_RATE, rate(taskorch, handled, CHAIN, CHAINS, steps));
      sheet.add(FAN_RATE, rate(taskorch, handled, WIDE, 1, steps));
      sheet.add(DIAMOND_RATE, rate(taskorch, handled, DIAMOND, DIAMONDS, steps));
      sheet.add(STEP_TIME, stepTime(taskorch, handled, starts, steps / CHAINS / CHAIN_LENGTH + 1));
    }
    rig.flush();
  }

  private static double rate(
      Taskorch taskorch, Countdown handled, WorkflowDefinition workflow, int runs, int steps)
      throws InterruptedException {
    int size = runs * workflow.steps().size();
    Runnable submit =
        () -> {
          for (int i = 0; i < runs; i++) {
            var unused = taskorch.workflows().start(workflow, null);
          }
        };
    return rate(taskorch, handled, size, Math.max(1, steps / size), submit);
  }

  /** Tasks a second, while the queue is not paused. */
  private static double rate(
      Taskorch taskorch, Countdown handled, int tasks, int times, Runnable submit)
      throws InterruptedException {
    long nanos = 0;
    for (int i = 0; i < times; i++) {
      taskorch.queues().pause(TaskSpec.DEFAULT_QUEUE);
      submit.run();
      handled.expect(tasks);
      long begin = System.nanoTime();
      taskorch.queues().resume(TaskSpec.DEFAULT_QUEUE);
      handled.await();
      nanos += System.nanoTime() - begin;
    }
    return (double) tasks * times * 1e9 / nanos;
  }

  /** The median time between the starts of one step and the next, in ms. */
  private static double stepTime(
      Taskorch taskorch, Countdown handled, ConcurrentLinkedQueue<Long> starts, int runs)
      throws InterruptedException {
    List<Double> millis = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      starts.clear();
      handled.expect(CHAIN_LENGTH);
      var unused = taskorch.workflows().start(CHAIN, null);
      handled.await();
      long[] times = starts.stream().mapToLong(Long::longValue).toArray();
      Arrays.sort(times);
      for (int i = 1; i < times.length; i++) {
        millis.add((times[i] - times[i - 1]) / 1e6);
      }
    }
    millis.sort(null);
    return millis.get(millis.size() / 2);
  }
}
