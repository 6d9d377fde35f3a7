package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunGraph;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as a graph.
 *
 * @param elapsed since the creation, until the end or now
 * @param criticalPath names of the steps that the end had to wait for
 */
@Schema(name = "WorkflowGraph")
record GraphView(
    String id,
    String name,
    @Nullable Integer version,
    RunState state,
    @Schema(implementation = String.class, example = "1500ms") Duration elapsed,
    List<Node> nodes,
    List<Edge> edges,
    List<String> criticalPath) {

  /** How it is drawn. */
  enum Format {
    JSON,
    MERMAID,
    DOT
  }

  /**
   * A step.
   *
   * @param id its task's
   * @param duration of its last attempt, or of its wait, until its end or now
   */
  @Schema(name = "WorkflowGraphNode")
  record Node(
      String name,
      @Schema(allowableValues = {"task", "wait", "signal", "approval", "workflow"}) String kind,
      @Schema(allowableValues = {"all_succeeded", "all_finished", "any_succeeded"}) String join,
      TaskState state,
      String id,
      int attempt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Schema(implementation = String.class, example = "1500ms") @Nullable Duration duration,
      @Nullable String reason,
      @Schema(description = "the run that it began") @Nullable String runId,
      @Schema(description = "what it waits for that no worker ends") @Nullable String waitingFor,
      boolean critical) {

    static Node of(RunGraph.Node node) {
      return new Node(
          node.name(),
          node.kind().word(),
          node.join().word(),
          node.state(),
          node.taskId(),
          node.attempt(),
          node.startedAt(),
          node.finishedAt(),
          node.duration(),
          node.reason() == null ? null : node.reason().word(),
          node.runId(),
          node.waitingFor(),
          node.critical());
    }
  }

  /** A dependency: {@code to} waits for {@code from}. */
  @Schema(name = "WorkflowGraphEdge")
  record Edge(String from, String to, boolean critical) {}

  static GraphView of(RunGraph graph) {
    return new GraphView(
        graph.runId(),
        graph.name(),
        graph.version(),
        graph.state(),
        graph.elapsed(),
        graph.nodes().stream().map(Node::of).toList(),
        graph.edges().stream().map(e -> new Edge(e.from(), e.to(), e.critical())).toList(),
        graph.criticalPath());
  }
}
