package io.taskorch.workflow;

import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.List;

/**
 * What a drawing of a run shows of a step: a colour for its state, and words.
 *
 * @param fill as {@code #rrggbb}
 * @param line likewise
 */
record Paint(String fill, String line) {

  /** Of the critical path. */
  static final String CRITICAL = "#b45309";

  /** Of a step whose wait for something that no worker ends has begun. */
  static final Paint WAITING = new Paint("#cffafe", "#0891b2");

  static Paint of(RunGraph.Node node) {
    return node.waitingFor() == null ? of(node.state()) : WAITING;
  }

  static Paint of(TaskState state) {
    return switch (state) {
      case BLOCKED -> new Paint("#f9fafb", "#9ca3af");
      case SCHEDULED -> new Paint("#e0f2fe", "#0284c7");
      case PENDING -> new Paint("#fef9c3", "#ca8a04");
      case RUNNING -> new Paint("#dbeafe", "#2563eb");
      case RETRYING -> new Paint("#ffedd5", "#ea580c");
      case SUCCEEDED -> new Paint("#dcfce7", "#16a34a");
      case FAILED -> new Paint("#fee2e2", "#dc2626");
      case CANCELLED -> new Paint("#e5e7eb", "#4b5563");
      case SKIPPED -> new Paint("#ede9fe", "#7c3aed");
    };
  }

  /** The lines below a step's name: how it is, and the run that it began. */
  static List<String> lines(RunGraph.Node node) {
    String tried = node.attempt() > 1 ? ", attempt " + node.attempt() : "";
    String how =
        node.waitingFor() == null ? node.state() + tried : "waits for " + node.waitingFor();
    String time = node.duration() == null ? "" : " · " + words(node.duration());
    return node.runId() == null ? List.of(how + time) : List.of(how + time, "run " + node.runId());
  }

  /** What stands at the edges to a step; empty where all before it must succeed. */
  static String words(Join join) {
    return switch (join) {
      case ALL_SUCCEEDED -> "";
      case ALL_FINISHED -> "finished";
      case ANY_SUCCEEDED -> "any";
    };
  }

  /** The line above the whole. */
  static String title(RunGraph graph) {
    String version = graph.version() == null ? "" : " v" + graph.version();
    return graph.name() + version + " · " + graph.state() + " · " + words(graph.elapsed());
  }

  /** As exact as the eye wants it: {@code 350 ms}, {@code 1.2 s}, {@code 3 m 20 s}. */
  static String words(Duration duration) {
    if (duration.toMillis() < 1000) {
      return duration.toMillis() + " ms";
    }
    if (duration.toSeconds() < 60) {
      return duration.toMillis() / 100 / 10.0 + " s";
    }
    if (duration.toMinutes() < 60) {
      return duration.toMinutes() + " m " + duration.toSecondsPart() + " s";
    }
    return duration.toHours() + " h " + duration.toMinutesPart() + " m";
  }
}
