package io.taskorch.workflow;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Violations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A workflow as submitted. One that exists is valid as a whole: names have their shape and stand
 * for one step each, dependencies name other steps, no step waits for itself in the end, and
 * payloads refer to steps upstream only.
 *
 * @param name a name; need not be unique
 * @param steps as the caller ordered them, 1 to {@link #MOST_STEPS}
 */
public record WorkflowDefinition(String name, List<Step> steps) {

  public static final int MOST_STEPS = 10_000;

  /** Dependencies of all steps together. */
  public static final int MOST_EDGES = 50_000;

  /** Characters of the conditions of all steps together. */
  public static final int MOST_OF_CONDITIONS = 256 * 1024;

  /**
   * @throws io.taskorch.task.InvalidTaskException naming what is wrong; one cycle at a time, and
   *     only when all names are right
   */
  public WorkflowDefinition {
    steps = List.copyOf(steps);
    Violations wrong = new Violations();
    wrong.name("/name", name);
    if (steps.isEmpty() || steps.size() > MOST_STEPS) {
      wrong.add("/steps", "out-of-range", "does not have 1 to 10000 entries");
    } else if (steps.stream().mapToLong(step -> step.dependencies().size()).sum() > MOST_EDGES) {
      wrong.add("/steps", "out-of-range", "has more than 50000 dependencies in all");
    } else if (steps.stream().mapToInt(WorkflowDefinition::sizeOfCondition).sum()
        > MOST_OF_CONDITIONS) {
      wrong.add("/steps", "out-of-range", "has conditions of more than 262144 characters in all");
    } else {
      checkReferences(steps, Dag.of(steps, wrong), wrong);
    }
    wrong.throwIfAny();
  }

  /**
   * A definition of steps as they are written down, none of them built.
   *
   * @throws io.taskorch.task.InvalidTaskException naming what is wrong, with pointers such as
   *     {@code /steps/0/timeout}
   */
  public static WorkflowDefinition of(String name, Step.Builder... steps) {
    Violations wrong = new Violations();
    List<Step> built = new ArrayList<>(steps.length);
    for (int i = 0; i < steps.length; i++) {
      try {
        built.add(steps[i].build());
      } catch (InvalidTaskException e) {
        wrong.addAll("/steps/" + i, e.violations());
      }
    }
    wrong.throwIfAny();
    return new WorkflowDefinition(name, built);
  }

  private static int sizeOfCondition(Step step) {
    return step.when() == null ? 0 : step.when().length();
  }

  private static void checkReferences(List<Step> steps, Optional<Dag> dag, Violations wrong) {
    Set<String> names = steps.stream().map(Step::name).collect(Collectors.toSet());
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      // Without a graph nobody knows what is upstream, and the rest is checked all the same.
      Predicate<String> isUpstream =
          before -> dag.isEmpty() || isUpstream(dag.get(), before, step.name());
      StepReferences.check(step, names, isUpstream, "/steps/" + i, wrong);
    }
  }

  private static boolean isUpstream(Dag dag, String before, String step) {
    return dag.isUpstream(dag.place(before), dag.place(step));
  }
}
