package io.taskorch.cli;

import io.taskorch.cli.ApiClient.AttemptReply;
import io.taskorch.cli.ApiClient.RunReply;
import io.taskorch.cli.ApiClient.StepReply;
import io.taskorch.cli.ApiClient.TaskReply;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The run of one picture as the demo follows it. One thread uses it. */
final class PictureRun {

  private final String name;
  private final ApiClient api;
  private RunReply latest;
  private final Map<String, Integer> percents = new HashMap<>();
  private final Map<String, String> errors = new LinkedHashMap<>();

  /**
   * @param name what the screen calls it
   * @param started the answer to its submission
   */
  PictureRun(String name, ApiClient api, RunReply started) {
    this.name = name;
    this.api = api;
    this.latest = started;
  }

  /** Asks how it stands. */
  void refresh() throws IOException, InterruptedException {
    latest = api.workflow(latest.id());
    for (StepReply step : latest.steps()) {
      if (step.state() == TaskState.RUNNING) {
        TaskReply task = api.task(step.id());
        percents.put(step.name(), task.progress() == null ? 0 : task.progress().percent());
      } else if (step.state() == TaskState.FAILED && !errors.containsKey(step.name())) {
        errors.put(step.name(), error(api.task(step.id())));
      }
    }
  }

  private static String error(TaskReply failed) {
    List<AttemptReply> attempts = failed.attempts();
    TaskError error = attempts.isEmpty() ? null : attempts.getLast().error();
    if (error != null && error.message() != null) {
      return error.message();
    }
    return error != null ? error.kind() : String.valueOf(failed.reason());
  }

  String name() {
    return name;
  }

  boolean ended() {
    return latest.state() != RunState.RUNNING;
  }

  boolean succeeded() {
    return latest.state() == RunState.SUCCEEDED;
  }

  List<StepReply> steps() {
    return latest.steps();
  }

  /** What failed steps say, by name of step. */
  Map<String, String> errors() {
    return errors;
  }

  /** How far a running step says it is, 0 to 100. */
  int percent(StepReply step) {
    return percents.getOrDefault(step.name(), 0);
  }

  /** How far the whole is, 0 to 100. */
  int percent() {
    int sum = 0;
    for (StepReply step : steps()) {
      if (step.state().isFinal()) {
        sum += 100;
      } else if (step.state() == TaskState.RUNNING) {
        sum += percent(step);
      }
    }
    return steps().isEmpty() ? 0 : sum / steps().size();
  }

  /** How long it took, or has taken by now. */
  Duration elapsed(Instant now) {
    Instant end = latest.finishedAt() == null ? now : latest.finishedAt();
    return Duration.between(latest.createdAt(), end);
  }

  /** How long the last attempt of a step took; null while it has not ended. */
  static @Nullable Duration took(StepReply step) {
    return step.startedAt() == null || step.finishedAt() == null
        ? null
        : Duration.between(step.startedAt(), step.finishedAt());
  }
}
