package io.taskorch.workflow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A run in the language of Graphviz. Steps are known by numbers; their names stand in quotes only.
 */
public final class DotGraph {

  private DotGraph() {}

  public static String of(RunGraph graph) {
    StringBuilder text = new StringBuilder("digraph run {\n");
    text.append("  graph [rankdir=LR, labelloc=t, label=")
        .append(quoted(Paint.title(graph)))
        .append(", fontname=Helvetica, fontsize=16, pad=0.3, nodesep=0.3, ranksep=0.6]\n");
    text.append(
        "  node [shape=box, style=\"rounded,filled\", fontname=Helvetica, fontsize=12,"
            + " fontcolor=\"#111827\", margin=\"0.2,0.1\"]\n");
    text.append("  edge [color=\"#6b7280\", arrowsize=0.8]\n");
    Map<String, String> ids = new HashMap<>();
    Map<String, String> joins = new HashMap<>();
    for (RunGraph.Node node : graph.nodes()) {
      String id = "n" + ids.size();
      ids.put(node.name(), id);
      joins.put(node.name(), Paint.words(node.join()));
      Paint paint = Paint.of(node);
      text.append(
          "  %s [label=%s, fillcolor=\"%s\", color=\"%s\"%s%s]\n"
              .formatted(
                  id,
                  quoted(node.name() + "\n" + String.join("\n", Paint.lines(node))),
                  paint.fill(),
                  node.critical() ? Paint.CRITICAL : paint.line(),
                  node.critical() ? ", penwidth=3" : "",
                  shape(node.kind())));
    }
    for (RunGraph.Edge edge : graph.edges()) {
      text.append("  ").append(ids.get(edge.from())).append(" -> ").append(ids.get(edge.to()));
      List<String> attributes = new ArrayList<>();
      if (edge.critical()) {
        attributes.add("color=\"" + Paint.CRITICAL + "\", penwidth=3");
      }
      String join = joins.getOrDefault(edge.to(), "");
      if (!join.isEmpty()) {
        attributes.add("style=dashed, fontname=Helvetica, fontsize=10, label=" + quoted(join));
      }
      if (!attributes.isEmpty()) {
        text.append(" [").append(String.join(", ", attributes)).append(']');
      }
      text.append('\n');
    }
    return text.append("}\n").toString();
  }

  /** Every kind has a shape of its own; that of a task stands for all nodes. */
  private static String shape(Kind kind) {
    return switch (kind) {
      case TASK -> "";
      case WAIT -> ", shape=ellipse";
      case SIGNAL -> ", shape=cds";
      case APPROVAL -> ", shape=hexagon";
      case WORKFLOW -> ", shape=box3d";
    };
  }

  /**
   * In quotes Graphviz knows the escapes of quotes and of line breaks, and backslashes of its own.
   */
  private static String quoted(String text) {
    return '"'
        + text.replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replaceAll("\\p{Cntrl}", " ")
        + '"';
  }
}
