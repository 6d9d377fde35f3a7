package io.taskorch.workflow;

import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A run as a graph: how far it is, how long each step took, and what its end had to wait for.
 *
 * @param version of the stored definition; null when the definition came with the run
 * @param elapsed since the creation, until the end or now
 * @param nodes in topological order
 * @param criticalPath names of steps from the first to the last; empty before any has started
 */
public record RunGraph(
    String runId,
    String name,
    @Nullable Integer version,
    RunState state,
    Duration elapsed,
    List<Node> nodes,
    List<Edge> edges,
    List<String> criticalPath) {

  /**
   * A step.
   *
   * @param duration of its last attempt, until its end or now; null when it has not started
   * @param critical whether it is on the critical path
   */
  public record Node(
      String name,
      TaskState state,
      String taskId,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable Duration duration,
      @Nullable Reason reason,
      boolean critical) {}

  /**
   * A dependency: {@code to} waits for {@code from}.
   *
   * @param critical whether the critical path goes along it
   */
  public record Edge(String from, String to, boolean critical) {}

  public RunGraph {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
    criticalPath = List.copyOf(criticalPath);
  }

  /**
   * @param run with its steps
   * @param now for what has not ended
   */
  public static RunGraph of(Run run, Instant now) {
    List<String> path = criticalPath(run.steps(), now);
    Set<String> onPath = Set.copyOf(path);
    Set<Edge> alongPath = new HashSet<>();
    for (int i = 1; i < path.size(); i++) {
      alongPath.add(new Edge(path.get(i - 1), path.get(i), true));
    }
    List<Node> nodes = new ArrayList<>();
    List<Edge> edges = new ArrayList<>();
    for (Run.StepStatus step : run.steps()) {
      nodes.add(
          new Node(
              step.name(),
              step.state(),
              step.taskId(),
              step.attempt(),
              step.startedAt(),
              step.finishedAt(),
              duration(step, now),
              step.reason(),
              onPath.contains(step.name())));
      for (String from : step.dependencies()) {
        Edge critical = new Edge(from, step.name(), true);
        edges.add(alongPath.contains(critical) ? critical : new Edge(from, step.name(), false));
      }
    }
    Instant end = run.finishedAt() == null ? now : run.finishedAt();
    return new RunGraph(
        run.id(),
        run.name(),
        run.version(),
        run.state(),
        between(run.createdAt(), end),
        nodes,
        edges,
        path);
  }

  /** How long the last attempt of a step took, or takes; null when it has not started. */
  public static @Nullable Duration duration(Run.StepStatus step, Instant now) {
    Instant start = step.startedAt();
    return start == null ? null : between(start, end(step, now));
  }

  /** Clocks of two machines may differ; nothing takes less than no time. */
  private static Duration between(Instant start, Instant end) {
    return end.isBefore(start) ? Duration.ZERO : Duration.between(start, end);
  }

  /** A step that waits for its next attempt has not ended either. */
  private static Instant end(Run.StepStatus step, Instant now) {
    return step.finishedAt() == null ? now : step.finishedAt();
  }

  /**
   * Goes back from the step that ended last, or runs longest, each time to the dependency that
   * ended last: that one the step had to wait for.
   */
  private static List<String> criticalPath(List<Run.StepStatus> steps, Instant now) {
    Map<String, Run.StepStatus> byName = new HashMap<>();
    steps.forEach(step -> byName.put(step.name(), step));
    Comparator<Run.StepStatus> byEnd =
        Comparator.comparing((Run.StepStatus step) -> end(step, now))
            // What was decided with the end of another did not take part in it.
            .thenComparing(step -> step.startedAt() != null)
            .thenComparing(
                Run.StepStatus::startedAt, Comparator.nullsFirst(Comparator.reverseOrder()));
    List<String> path = new ArrayList<>();
    Run.StepStatus at =
        steps.stream().filter(step -> step.startedAt() != null).max(byEnd).orElse(null);
    while (at != null) {
      path.add(at.name());
      at = at.dependencies().stream().map(byName::get).max(byEnd).orElse(null);
    }
    return path.reversed();
  }
}
