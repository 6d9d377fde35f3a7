package io.taskorch.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.client.WorkflowClient;
import io.taskorch.json.PayloadCodec;
import io.taskorch.task.Json;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tries a workflow without its handlers: what steps return is told here, and the real engine does
 * the rest on a real Redis, the {@link TestRedis}. Waits, timeouts and retries take no time, as the
 * clock goes on to the next thing that is due.
 *
 * {@snippet :
 * EndedTrial run =
 *     WorkflowTrial.of(release)
 *         .input(Map.of("commit", "4f2a"))
 *         .result("build", Map.of("jar", "app.jar"))
 *         .fails("smoke-test", 2, "not up yet")
 *         .approve("ok")
 *         .run();
 * assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
 * assertThat(run.payload("deploy")).hasToString("{\"jar\":\"app.jar\"}");
 * }
 *
 * <p>A step is named as in the definition; all elements of a {@code for_each} have the name of
 * their step. A step of a workflow that a step runs is {@code outer/inner}. A task of which nothing
 * is told succeeds with null.
 */
public final class WorkflowTrial {

  /** What becomes of an attempt. */
  @FunctionalInterface
  interface Answer {
    /**
     * Answers one attempt.
     *
     * @param attempt from 1
     * @throws TrialFailure it fails
     */
    @Nullable Object to(Json payload, int attempt);
  }

  /** An attempt that fails as it was told to. */
  static final class TrialFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TrialFailure(String message) {
      super(message);
    }
  }

  /**
   * What the trial was told.
   *
   * @param answers of tasks, by step
   * @param undoing answers of the tasks that undo, by step
   * @param decisions of people, by step
   * @param signals payloads by name
   */
  record Told(
      Map<String, Answer> answers,
      Map<String, Answer> undoing,
      Map<String, StepAction> decisions,
      Map<String, @Nullable Object> signals) {}

  private static final Instant BEGIN = Instant.parse("2030-01-01T00:00:00Z");

  private final WorkflowDefinition definition;
  private final List<WorkflowDefinition> stored = new ArrayList<>();
  private final Told told =
      new Told(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
  private Instant begin = BEGIN;
  private ObjectMapper mapper = PayloadCodec.defaultMapper();
  private @Nullable Object input;

  private WorkflowTrial(WorkflowDefinition definition) {
    this.definition = definition;
  }

  public static WorkflowTrial of(WorkflowDefinition definition) {
    return new WorkflowTrial(definition);
  }

  /**
   * Writes what is told here, in place of {@link PayloadCodec#defaultMapper}: a program that brings
   * its own mapper tries its workflows with that one.
   */
  public WorkflowTrial objectMapper(ObjectMapper value) {
    this.mapper = value;
    return this;
  }

  /** The run's input, written as JSON. */
  public WorkflowTrial input(@Nullable Object value) {
    this.input = value;
    return this;
  }

  /** When the run begins; at the first of January 2030 unless said. */
  public WorkflowTrial at(Instant instant) {
    this.begin = instant;
    return this;
  }

  /** Stores a definition that a step of the workflow runs. */
  public WorkflowTrial stored(WorkflowDefinition other) {
    stored.add(other);
    return this;
  }

  /** A step's task returns this, written as JSON. */
  public WorkflowTrial result(String step, @Nullable Object value) {
    return answer(step, payload -> value);
  }

  /** A step's task returns what its payload is answered with, written as JSON. */
  public WorkflowTrial answer(String step, Function<Json, @Nullable Object> answer) {
    Answer always = (payload, attempt) -> answer.apply(payload);
    // Whichever is told first, a step that fails at first answers later.
    told.answers()
        .put(
            step,
            told.answers().get(step) instanceof FirstFailures failures
                ? failures.then(always)
                : always);
    return this;
  }

  /** Every attempt of a step's task fails, so that its retry policy is gone through. */
  public WorkflowTrial fails(String step, String message) {
    return fails(step, Integer.MAX_VALUE, message);
  }

  /** The first attempts of a step's task fail; what is told otherwise holds for the later ones. */
  public WorkflowTrial fails(String step, int times, String message) {
    Answer then = told.answers().getOrDefault(step, (payload, attempt) -> null);
    told.answers().put(step, new FirstFailures(times, message, then));
    return this;
  }

  private record FirstFailures(int times, String message, Answer then) implements Answer {

    FirstFailures then(Answer other) {
      return new FirstFailures(times, message, other);
    }

    @Override
    public @Nullable Object to(Json payload, int attempt) {
      if (attempt <= times) {
        throw new TrialFailure(message);
      }
      return then.to(payload, attempt);
    }
  }

  /** Every attempt of the task that undoes a step fails. */
  public WorkflowTrial failsToUndo(String step, String message) {
    Answer none = (payload, attempt) -> null;
    told.undoing().put(step, new FirstFailures(Integer.MAX_VALUE, message, none));
    return this;
  }

  /** Somebody approves a step as soon as it waits for that. */
  public WorkflowTrial approve(String step) {
    told.decisions().put(step, new StepAction.Approve(name(step), null));
    return this;
  }

  /** Somebody rejects a step as soon as it waits for an approval. */
  public WorkflowTrial reject(String step) {
    told.decisions().put(step, new StepAction.Reject(name(step), null));
    return this;
  }

  private static String name(String step) {
    return step.substring(step.lastIndexOf('/') + 1);
  }

  /** Somebody sends a signal as soon as a step waits for it. */
  public WorkflowTrial signal(String name, @Nullable Object payload) {
    told.signals().put(name, payload);
    return this;
  }

  /**
   * Runs the workflow to its end.
   *
   * @throws IllegalArgumentException something is told of a step that there is not
   * @throws AssertionError the run waits for something that nobody has told of, or does not end
   */
  public EndedTrial run() {
    requireSteps();
    try (TestNamespace namespace = TestNamespace.open(TestRedis.uri(), 1)) {
      namespace.clock().stopAt(begin);
      PayloadCodec codec = new PayloadCodec(mapper);
      WorkflowClient workflows = new WorkflowClient(namespace.stores(), codec, namespace.clock());
      workflows.declareAll(stored);
      String id = workflows.start(definition, input).id();
      return new TrialEngine(namespace, workflows, codec, told, id).toEnd(queues(), types());
    }
  }

  private void requireSteps() {
    Set<String> names =
        definition.steps().stream().map(Step::name).collect(Collectors.toUnmodifiableSet());
    Stream.of(told.answers(), told.undoing(), told.decisions())
        .flatMap(byStep -> byStep.keySet().stream())
        .filter(step -> !names.contains(step.split("/", 2)[0]))
        .findFirst()
        .ifPresent(
            step -> {
              throw new IllegalArgumentException("no step " + step);
            });
  }

  private Stream<Step> steps() {
    return Stream.concat(Stream.of(definition), stored.stream()).flatMap(d -> d.steps().stream());
  }

  private List<String> queues() {
    return steps().map(step -> step.task().queue()).distinct().toList();
  }

  private Set<String> types() {
    return steps()
        .flatMap(step -> Stream.of(step.task().type(), step.compensateWith()))
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }
}
