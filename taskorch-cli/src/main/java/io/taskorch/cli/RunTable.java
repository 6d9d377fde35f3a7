package io.taskorch.cli;

import io.taskorch.cli.ApiClient.StepReply;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs of one workflow as rows: a run each, and a column for every step. */
record RunTable(Style style, int nameWidth) {

  private static final int CELL = 9;
  private static final int LONGEST_NAME = 20;

  /** Columns of the widest table of five steps. */
  static final int WIDTH = 2 + LONGEST_NAME + 6 * CELL;

  static RunTable of(Style style, List<String> names) {
    int longest = names.stream().mapToInt(Style::width).max().orElse(0);
    return new RunTable(style, Math.min(longest, LONGEST_NAME));
  }

  String head(PictureRun any) {
    StringBuilder line = new StringBuilder("  ").append(" ".repeat(nameWidth));
    any.steps().forEach(step -> line.append(right(step.name())));
    return style.dim(line.append(right("total")).toString());
  }

  /** A row, and below it what went wrong. */
  List<String> ended(PictureRun run) {
    List<String> lines = new ArrayList<>();
    lines.add(row(run.succeeded() ? style.tick() : style.cross(), run, Instant.now()));
    Map<String, List<String>> stepsByError = new LinkedHashMap<>();
    run.errors()
        .forEach(
            (step, error) ->
                stepsByError.computeIfAbsent(error, unused -> new ArrayList<>()).add(step));
    stepsByError.forEach(
        (error, steps) ->
            lines.add("    " + style.bad(String.join(", ", steps) + ": " + Style.harmless(error))));
    return lines;
  }

  String row(String mark, PictureRun run, Instant now) {
    StringBuilder line = new StringBuilder(mark).append(' ');
    line.append(style.fit(run.name(), nameWidth));
    run.steps().forEach(step -> line.append(cell(run, step)));
    return line.append(right(Style.duration(run.elapsed(now)))).toString();
  }

  private String cell(PictureRun run, StepReply step) {
    return switch (step.state()) {
      case BLOCKED, SCHEDULED, PENDING -> style.dim(right("waits"));
      case RUNNING -> style.busy(right(run.percent(step) + " %"));
      case RETRYING -> style.late(right("again"));
      case SUCCEEDED -> right(time(step));
      case FAILED -> style.bad(right("failed"));
      case CANCELLED, SKIPPED -> style.dim(right("-"));
    };
  }

  /** What a step that has ended came to. */
  static String outcome(StepReply step) {
    return step.state() == TaskState.SUCCEEDED ? time(step) : word(step);
  }

  private static String time(StepReply step) {
    Duration took = PictureRun.took(step);
    return took == null ? "" : Style.duration(took);
  }

  private static String word(StepReply step) {
    return step.state().name().toLowerCase(Locale.ROOT);
  }

  private static String right(String text) {
    return " ".repeat(Math.max(1, CELL - Style.width(text))) + text;
  }
}
