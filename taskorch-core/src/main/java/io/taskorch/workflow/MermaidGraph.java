package io.taskorch.workflow;

import io.taskorch.task.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A run as a flowchart of Mermaid. Steps are known by numbers; their names stand in quotes only.
 */
public final class MermaidGraph {

  private MermaidGraph() {}

  public static String of(RunGraph graph) {
    StringBuilder text = new StringBuilder();
    text.append("---\ntitle: ").append(yaml(Paint.title(graph))).append("\n---\nflowchart LR\n");
    Map<String, String> ids = new HashMap<>();
    List<String> critical = new ArrayList<>();
    for (RunGraph.Node node : graph.nodes()) {
      String id = "n" + ids.size();
      ids.put(node.name(), id);
      if (node.critical()) {
        critical.add(id);
      }
      text.append(
          "  %s[\"%s<br/>%s\"]:::%s\n"
              .formatted(
                  id, quoted(node.name()), quoted(Paint.words(node)), classOf(node.state())));
    }
    for (RunGraph.Edge edge : graph.edges()) {
      text.append("  ")
          .append(ids.get(edge.from()))
          .append(edge.critical() ? " ==> " : " --> ")
          .append(ids.get(edge.to()))
          .append('\n');
    }
    for (TaskState state : TaskState.values()) {
      Paint paint = Paint.of(state);
      text.append(
          "  classDef %s fill:%s,stroke:%s,color:#111827\n"
              .formatted(classOf(state), paint.fill(), paint.line()));
    }
    text.append("  classDef critical stroke:").append(Paint.CRITICAL).append(",stroke-width:3px\n");
    if (!critical.isEmpty()) {
      text.append("  class ").append(String.join(",", critical)).append(" critical\n");
    }
    return text.toString();
  }

  private static String classOf(TaskState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /** Mermaid has no escapes, but entities; it reads HTML in a text, too. */
  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              boolean plain =
                  Character.isLetterOrDigit(c)
                      || c == ' '
                      || c > 127
                      || "._-,:()[]/+".indexOf(c) >= 0;
              quoted.append(plain ? Character.toString(c) : "#" + c + ";");
            });
    return quoted.toString();
  }

  private static String yaml(String text) {
    return '"'
        + text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ")
        + '"';
  }
}
