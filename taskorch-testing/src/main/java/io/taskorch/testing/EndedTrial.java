package io.taskorch.testing;

import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run that a {@link WorkflowTrial} has brought to its end. Steps are named as there. */
public final class EndedTrial {

  private final Run run;
  private final Map<String, Task> tasks;
  private final List<Attempt> attempts;
  private final Duration took;

  EndedTrial(Run run, Map<String, Task> tasks, List<Attempt> attempts, Duration took) {
    this.run = run;
    this.tasks = Map.copyOf(tasks);
    this.attempts = List.copyOf(attempts);
    this.took = took;
  }

  /**
   * What a worker would have been given.
   *
   * @param undoing whether it undoes the step
   */
  record Attempt(String step, boolean undoing, Json payload) {}

  /** The run as it ended. */
  public Run run() {
    return run;
  }

  public RunState state() {
    return run.state();
  }

  /** The states of the run's own steps, by name. */
  public Map<String, TaskState> states() {
    Map<String, TaskState> states = new LinkedHashMap<>();
    run.steps().forEach(step -> states.put(step.name(), step.state()));
    return states;
  }

  /**
   * @throws IllegalArgumentException no such step
   */
  public TaskState state(String step) {
    return task(step).state();
  }

  /**
   * Why a step ended as it did; null where nothing is to be said.
   *
   * @throws IllegalArgumentException no such step
   */
  public @Nullable Reason reason(String step) {
    return task(step).reason();
  }

  /**
   * The last error of a step; null without one.
   *
   * @throws IllegalArgumentException no such step
   */
  public @Nullable TaskError error(String step) {
    return task(step).lastError();
  }

  /**
   * What steps downstream get of a step; of one that is done for elements, the list.
   *
   * @return {@link Json#NULL} for a step without a result
   * @throws IllegalArgumentException no such step
   */
  public Json result(String step) {
    Json result = task(step).result();
    return result == null ? Json.NULL : result;
  }

  private Task task(String step) {
    Task task = tasks.get(step);
    if (task == null) {
      throw new IllegalArgumentException("no step " + step);
    }
    return task;
  }

  /** The steps that a worker was given, in this order, once for each attempt and element. */
  public List<String> order() {
    return attempts.stream().filter(one -> !one.undoing()).map(Attempt::step).toList();
  }

  /** The steps that were undone, or tried to be, in this order, once for each attempt. */
  public List<String> undone() {
    return attempts.stream().filter(Attempt::undoing).map(Attempt::step).toList();
  }

  /** What each attempt of a step was given, references replaced; none where it never began. */
  public List<Json> payloads(String step) {
    return payloads(step, false);
  }

  /**
   * What the last attempt of a step was given.
   *
   * @throws IllegalArgumentException none has begun
   */
  public Json payload(String step) {
    return last(payloads(step), step);
  }

  /**
   * What the last attempt to undo a step was given: {@code {"input":…,"result":…}} of the step.
   *
   * @throws IllegalArgumentException none has begun
   */
  public Json payloadOfUndoing(String step) {
    return last(payloads(step, true), step);
  }

  private List<Json> payloads(String step, boolean undoing) {
    return attempts.stream()
        .filter(one -> one.step().equals(step) && one.undoing() == undoing)
        .map(Attempt::payload)
        .toList();
  }

  private static Json last(List<Json> payloads, String step) {
    if (payloads.isEmpty()) {
      throw new IllegalArgumentException("no attempt of " + step);
    }
    return payloads.getLast();
  }

  /** From the run's begin to its end, by the trial's clock. */
  public Duration took() {
    return took;
  }
}
