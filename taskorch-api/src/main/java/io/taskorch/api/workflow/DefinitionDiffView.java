package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.workflow.DefinitionDiff;
import java.util.List;

/** What became of a definition from one version to another. */
@Schema(name = "WorkflowDefinitionDiff")
record DefinitionDiffView(
    String name, int from, int to, Steps steps, Edges edges, boolean inputSchemaChanged) {

  /** Steps by name. */
  @Schema(name = "ChangedSteps")
  record Steps(List<String> added, List<String> removed, List<Changed> changed) {}

  /** A step of both versions that is not the same. */
  @Schema(name = "ChangedStep")
  record Changed(String name, List<String> fields) {}

  /** Dependencies. */
  @Schema(name = "ChangedEdges")
  record Edges(List<Edge> added, List<Edge> removed) {}

  /** A dependency: {@code to} waits for {@code from}. */
  @Schema(name = "WorkflowEdge")
  record Edge(String from, String to) {}

  static DefinitionDiffView of(String name, int from, int to, DefinitionDiff diff) {
    return new DefinitionDiffView(
        name,
        from,
        to,
        new Steps(
            diff.added(),
            diff.removed(),
            diff.changed().stream().map(c -> new Changed(c.name(), c.fields())).toList()),
        new Edges(edges(diff.addedEdges()), edges(diff.removedEdges())),
        diff.inputSchemaChanged());
  }

  private static List<Edge> edges(List<DefinitionDiff.Edge> edges) {
    return edges.stream().map(edge -> new Edge(edge.from(), edge.to())).toList();
  }
}
