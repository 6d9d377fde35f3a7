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
import java.util.Optional;
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
   * @param duration of its last attempt, or of its wait, until its end or now; null when it has not
   *     started
   * @param runId the run that it began; null for none
   * @param waitingFor what it waits for that no worker ends, while it does; null for others
   * @param critical whether it is on the critical path
   */
  public record Node(
      String name,
      Kind kind,
      Join join,
      TaskState state,
      String taskId,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable Duration duration,
      @Nullable Reason reason,
      @Nullable String runId,
      @Nullable String waitingFor,
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
              step.kind(),
              step.join(),
              step.state(),
              step.taskId(),
              step.attempt(),
              started(step),
              step.finishedAt(),
              duration(step, now),
              step.reason(),
              step.runId(),
              step.waitingFor(),
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
    Instant start = started(step);
    return start == null ? null : between(start, end(step, now));
  }

  /**
   * When a step started, if it has since it was last started over; what was seen before is no part
   * of this turn.
   */
  private static @Nullable Instant started(Run.StepStatus step) {
    boolean byWorker = step.kind() == Kind.TASK && step.runId() == null;
    return byWorker && step.attempt() == 0 && step.waitingFor() == null ? null : step.startedAt();
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
   * Goes back from the step that ended last, or runs longest, each time to the dependency that the
   * step had to wait for: the one that ended last, or, where one success was enough, the first that
   * succeeded.
   */
  private static List<String> criticalPath(List<Run.StepStatus> steps, Instant now) {
    Map<String, Run.StepStatus> byName = new HashMap<>();
    steps.forEach(step -> byName.put(step.name(), step));
    Comparator<Run.StepStatus> byEnd =
        Comparator.comparing((Run.StepStatus step) -> end(step, now))
            // What was decided with the end of another did not take part in it.
            .thenComparing(step -> started(step) != null)
            .thenComparing(RunGraph::started, Comparator.nullsFirst(Comparator.reverseOrder()));
    List<String> path = new ArrayList<>();
    Run.StepStatus at =
        steps.stream().filter(step -> started(step) != null).max(byEnd).orElse(null);
    while (at != null) {
      path.add(at.name());
      List<Run.StepStatus> upstream = at.dependencies().stream().map(byName::get).toList();
      at = awaited(at.join(), upstream, byEnd).orElse(null);
    }
    return path.reversed();
  }

  private static Optional<Run.StepStatus> awaited(
      Join join, List<Run.StepStatus> upstream, Comparator<Run.StepStatus> byEnd) {
    Optional<Run.StepStatus> firstSuccess =
        join != Join.ANY_SUCCEEDED
            ? Optional.empty()
            : upstream.stream()
                .filter(step -> step.state() == TaskState.SUCCEEDED)
                .min(Comparator.comparing(Run.StepStatus::finishedAt));
    return firstSuccess.or(() -> upstream.stream().max(byEnd));
  }
}
