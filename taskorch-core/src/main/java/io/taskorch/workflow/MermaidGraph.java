package io.taskorch.workflow;

import io.taskorch.task.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A run as a flowchart of Mermaid. Steps are known by numbers; their names stand in quotes only.
 */
public final class MermaidGraph {

  /** The class of steps whose wait for something that no worker ends has begun. */
  private static final String WAITING = "waiting";

  private MermaidGraph() {}

  public static String of(RunGraph graph) {
    StringBuilder text = new StringBuilder();
    text.append("---\ntitle: ").append(yaml(Paint.title(graph))).append("\n---\nflowchart LR\n");
    Map<String, String> ids = new HashMap<>();
    Map<String, String> joins = new HashMap<>();
    List<String> critical = new ArrayList<>();
    for (RunGraph.Node node : graph.nodes()) {
      String id = "n" + ids.size();
      ids.put(node.name(), id);
      if (node.critical()) {
        critical.add(id);
      }
      joins.put(node.name(), label(node.join()));
      String label =
          Stream.concat(Stream.of(node.name()), Paint.lines(node).stream())
              .map(MermaidGraph::quoted)
              .collect(Collectors.joining("<br/>"));
      text.append("  ")
          .append(id)
          .append(shape(node.kind()).formatted(label))
          .append(":::")
          .append(node.waitingFor() == null ? classOf(node.state()) : WAITING)
          .append('\n');
    }
    for (RunGraph.Edge edge : graph.edges()) {
      text.append("  ")
          .append(ids.get(edge.from()))
          .append(edge.critical() ? " ==>" : " -->")
          .append(joins.getOrDefault(edge.to(), ""))
          .append(' ')
          .append(ids.get(edge.to()))
          .append('\n');
    }
    for (TaskState state : TaskState.values()) {
      text.append(classDef(classOf(state), Paint.of(state)));
    }
    text.append(classDef(WAITING, Paint.WAITING));
    text.append("  classDef critical stroke:").append(Paint.CRITICAL).append(",stroke-width:3px\n");
    if (!critical.isEmpty()) {
      text.append("  class ").append(String.join(",", critical)).append(" critical\n");
    }
    return text.toString();
  }

  private static String classDef(String name, Paint paint) {
    return "  classDef %s fill:%s,stroke:%s,color:#111827\n"
        .formatted(name, paint.fill(), paint.line());
  }

  private static String label(Join join) {
    String words = Paint.words(join);
    return words.isEmpty() ? "" : "|" + words + "|";
  }

  /** Every kind has a shape of its own. */
  private static String shape(Kind kind) {
    return switch (kind) {
      case TASK -> "[\"%s\"]";
      case WAIT -> "([\"%s\"])";
      case SIGNAL -> ">\"%s\"]";
      case APPROVAL -> "{{\"%s\"}}";
      case WORKFLOW -> "[[\"%s\"]]";
    };
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
