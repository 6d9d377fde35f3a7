package io.taskorch.workflow;

import java.util.HashMap;
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
    for (RunGraph.Node node : graph.nodes()) {
      String id = "n" + ids.size();
      ids.put(node.name(), id);
      Paint paint = Paint.of(node.state());
      text.append(
          "  %s [label=%s, fillcolor=\"%s\", color=\"%s\"%s]\n"
              .formatted(
                  id,
                  quoted(node.name() + "\n" + Paint.words(node)),
                  paint.fill(),
                  node.critical() ? Paint.CRITICAL : paint.line(),
                  node.critical() ? ", penwidth=3" : ""));
    }
    for (RunGraph.Edge edge : graph.edges()) {
      text.append("  ").append(ids.get(edge.from())).append(" -> ").append(ids.get(edge.to()));
      if (edge.critical()) {
        text.append(" [color=\"").append(Paint.CRITICAL).append("\", penwidth=3]");
      }
      text.append('\n');
    }
    return text.append("}\n").toString();
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
