package io.taskorch.testing.runs;

import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** Workflows with everything that steps can have, drawn from a seed. */
final class RandomWorkflow {

  static final int MOST_STEPS = 25;

  /** What the input of every run holds. */
  static final Json INPUT =
      Json.of("{\"x\":5,\"lists\":[[],[1],[1,2,3],[1,2,3,4,5,6,7]],\"wrong\":7}");

  /** Longer than what any step waits for. */
  static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

  /** The workflows that steps may be runs of, by name. */
  static final Map<String, WorkflowDefinition> INNER =
      Map.of(
          "chain",
          new WorkflowDefinition("chain", List.of(task("a").build(), task("b").after("a").build())),
          "asks",
          new WorkflowDefinition(
              "asks",
              List.of(
                  task("a").build(),
                  Step.of(
                          "ask",
                          Kind.APPROVAL,
                          TaskSpec.builder("approval").timeout(LONGEST_WAIT).build())
                      .onFailure(OnFailure.CONTINUE)
                      .build(),
                  task("b").after("a", "ask").build())),
          "lists",
          new WorkflowDefinition(
              "lists",
              List.of(
                  task("each").forEach("${input}").maxParallel(1).build(),
                  task("b").after("each").join(Join.ALL_FINISHED).build())),
          "undoes",
          new WorkflowDefinition(
              "undoes",
              List.of(
                  task("a").compensateWith("t").build(),
                  task("b").compensateWith("t").after("a").build(),
                  task("c").after("b").build())));

  private final Random random;
  private final List<String> names = new ArrayList<>();
  private final List<TreeSet<Integer>> upstream = new ArrayList<>();

  private RandomWorkflow(Random random) {
    this.random = random;
  }

  static WorkflowDefinition draw(Random random) {
    return new RandomWorkflow(random).definition();
  }

  private static Step.Builder task(String name) {
    return Step.task(name, TaskSpec.of("t"));
  }

  private boolean chance(double share) {
    return random.nextDouble() < share;
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private WorkflowDefinition definition() {
    int size = 1 + random.nextInt(chance(0.3) ? MOST_STEPS : 10);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      steps.add(step(i));
    }
    // Nothing may depend on the order in which somebody wrote them.
    Collections.shuffle(steps, random);
    return new WorkflowDefinition("random", steps);
  }

  private Step step(int index) {
    String name = "s" + index;
    TreeSet<Integer> all = new TreeSet<>();
    TreeSet<Integer> direct = new TreeSet<>();
    int most = Math.min(index, chance(0.1) ? 8 : 3);
    for (int i = 0; most > 0 && i < random.nextInt(most + 1); i++) {
      int before = random.nextInt(index);
      direct.add(before);
      all.add(before);
      all.addAll(upstream.get(before));
    }
    names.add(name);
    upstream.add(all);
    Step.Builder step =
        kind(name)
            .after(direct.stream().map(names::get).toList())
            .join(
                one(
                    List.of(
                        Join.ALL_SUCCEEDED,
                        Join.ALL_SUCCEEDED,
                        Join.ALL_FINISHED,
                        Join.ANY_SUCCEEDED)))
            .onFailure(chance(0.25) ? OnFailure.CONTINUE : OnFailure.FAIL);
    if (chance(0.2)) {
      step.when(condition(new ArrayList<>(all)));
    }
    return step.build();
  }

  private String condition(List<Integer> all) {
    if (all.isEmpty() || chance(0.4)) {
      return one(List.of("input.x > 3", "input.x > 7", "input.nothing == 1"));
    }
    String before = names.get(one(all));
    return "steps."
        + before
        + one(List.of(".state == \"FAILED\"", ".state == \"SUCCEEDED\"", ".state != \"SKIPPED\""));
  }

  private Step.Builder kind(String name) {
    TaskSpec.Builder task = TaskSpec.builder("t");
    if (chance(0.15)) {
      task.delay(Duration.ofSeconds(1 + random.nextInt(3)));
    }
    Step.Builder step =
        switch (random.nextInt(12)) {
          case 0 ->
              Step.of(
                  name,
                  Kind.WAIT,
                  TaskSpec.builder("wait").delay(Duration.ofSeconds(random.nextInt(5))).build());
          case 1 ->
              Step.of(name, Kind.SIGNAL, waiting("signal")).signal(one(List.of("red", "green")));
          case 2 -> Step.of(name, Kind.APPROVAL, waiting("approval"));
          case 3, 4 -> listed(Step.task(name, task.build()));
          case 5 -> listed(inner(name));
          case 6 -> inner(name);
          default -> Step.task(name, task.build());
        };
    return step;
  }

  private TaskSpec waiting(String type) {
    return TaskSpec.builder(type)
        .timeout(Duration.ofSeconds(1 + random.nextInt((int) LONGEST_WAIT.toSeconds())))
        .build();
  }

  private Step.Builder listed(Step.Builder step) {
    step.forEach(chance(0.05) ? "${input.wrong}" : "${input.lists." + random.nextInt(4) + "}");
    if (chance(0.6)) {
      step.maxParallel(1 + random.nextInt(3));
    }
    return compensated(step);
  }

  private Step.Builder inner(String name) {
    TaskSpec input =
        TaskSpec.builder("workflow")
            .payload(Json.of("\"${input.lists." + random.nextInt(4) + "}\""))
            .build();
    return compensated(
        Step.of(name, Kind.WORKFLOW, input)
            .workflow(one(List.of("chain", "asks", "lists", "undoes")), null));
  }

  private Step.Builder compensated(Step.Builder step) {
    return chance(0.15) ? step.compensateWith("t") : step;
  }
}
