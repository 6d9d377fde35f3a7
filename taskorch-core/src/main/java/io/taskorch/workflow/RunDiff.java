package io.taskorch.workflow;

import io.taskorch.workflow.Run.StepStatus;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Two runs, step by step.
 *
 * @param from with its steps
 * @param to likewise
 * @param inputDiffers whether their inputs are not the same bytes
 * @param steps of the first run in its order, then those that only the second has
 */
public record RunDiff(Run from, Run to, boolean inputDiffers, List<StepDiff> steps) {

  /** In what a step of both runs may differ. How long it took always does, and is no difference. */
  public enum Difference {
    STATE,
    REASON,
    ATTEMPT,
    DEPENDENCIES,
    RESULT
  }

  /**
   * A step of one run or of both.
   *
   * @param from null when only the second run has it
   * @param to null when only the first run has it
   * @param differences none unless both have it
   */
  public record StepDiff(
      String name,
      @Nullable StepStatus from,
      @Nullable StepStatus to,
      List<Difference> differences) {
    public StepDiff {
      differences = List.copyOf(differences);
    }
  }

  public RunDiff {
    steps = List.copyOf(steps);
  }

  /**
   * @param otherResults names of steps whose results are not the same bytes
   */
  public static RunDiff of(Run from, Run to, Set<String> otherResults) {
    Map<String, StepStatus> before = byName(from);
    Map<String, StepStatus> after = byName(to);
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(after.keySet());
    List<StepDiff> steps = new ArrayList<>();
    for (String name : names) {
      StepStatus one = before.get(name);
      StepStatus other = after.get(name);
      steps.add(
          new StepDiff(
              name,
              one,
              other,
              one == null || other == null
                  ? List.of()
                  : differences(one, other, otherResults.contains(name))));
    }
    return new RunDiff(from, to, !from.input().equals(to.input()), steps);
  }

  private static Map<String, StepStatus> byName(Run run) {
    Map<String, StepStatus> steps = new LinkedHashMap<>();
    run.steps().forEach(step -> steps.put(step.name(), step));
    return steps;
  }

  private static List<Difference> differences(StepStatus one, StepStatus other, boolean result) {
    List<Difference> differences = new ArrayList<>();
    if (one.state() != other.state()) {
      differences.add(Difference.STATE);
    }
    if (!Objects.equals(one.reason(), other.reason())) {
      differences.add(Difference.REASON);
    }
    if (one.attempt() != other.attempt()) {
      differences.add(Difference.ATTEMPT);
    }
    if (!new HashSet<>(one.dependencies()).equals(new HashSet<>(other.dependencies()))) {
      differences.add(Difference.DEPENDENCIES);
    }
    if (result) {
      differences.add(Difference.RESULT);
    }
    return differences;
  }
}
