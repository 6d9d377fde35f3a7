package io.taskorch.client;

import io.taskorch.client.IdempotentSubmission.Stored;
import io.taskorch.json.InputSchema;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.DefinitionStore;
import io.taskorch.store.Homes;
import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore;
import io.taskorch.store.Stores;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violations;
import io.taskorch.workflow.Dag;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.DefinitionNotFoundException;
import io.taskorch.workflow.DefinitionVersion;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunDiff;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.StepNotFoundException;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores workflow definitions, starts runs, waits for them, reads and operates them.
 *
 * <p>Every method throws {@link io.taskorch.task.StoreUnavailableException} when the store cannot
 * be reached in time.
 */
public final class WorkflowClient {

  private static final Logger log = LoggerFactory.getLogger(WorkflowClient.class);

  /** One word: blanks stand around it in the events that tell what somebody did. */
  private static final Pattern ACTOR = Pattern.compile("[^\\p{Z}\\p{C}]{1,200}");

  /** A result may have 1 MiB. */
  private static final int RESULTS_A_CALL = 20;

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;
  private final EndWatch ends;
  private final Homes homes;

  public WorkflowClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
    this.homes = new Homes(stores.partitions(), stores.limits());
    this.ends = new EndWatch(stores.hints(), this::ended);
  }

  private Set<String> ended(List<String> ids) {
    Map<String, RunState> states = stores.runs().states(ids);
    Set<String> ended = new HashSet<>(ids);
    ended.removeIf(id -> states.containsKey(id) && !states.get(id).isFinal());
    return ended;
  }

  /**
   * Starts a run.
   *
   * @param input written as JSON; what payloads refer to as {@code input}
   */
  public RunHandle start(WorkflowDefinition definition, @Nullable Object input) {
    String id = newId(definition);
    stores.runs().start(newRun(id, definition, null, codec.write(input)));
    return handle(id);
  }

  /** Starts a run, once per idempotency key. */
  public RunHandle start(
      WorkflowDefinition definition, @Nullable Object input, String idempotencyKey) {
    return handle(submit(definition, input, idempotencyKey).run().id());
  }

  /**
   * Starts a run, once per idempotency key.
   *
   * @param idempotencyKey 1 to 256 characters; null for none
   * @throws io.taskorch.task.InvalidTaskException the key cannot be, or a step's payload is not
   *     JSON
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public RunSubmission submit(
      WorkflowDefinition definition, @Nullable Object input, @Nullable String idempotencyKey) {
    Json json = codec.write(input);
    String id = newId(definition);
    if (idempotencyKey == null) {
      return submission(store(id, definition, null, json));
    }
    requirePossible(idempotencyKey);
    return submission(
        new IdempotentSubmission<>(
                stores.idempotency(),
                reserved -> store(reserved.id(), definition, null, json),
                this::find)
            .submit(idempotencyKey, id, Fingerprint.of(definition, json)));
  }

  /** Starts a run of the latest version of a stored definition. */
  public RunHandle start(String name, @Nullable Object input) {
    return handle(submit(name, null, input, null).run().id());
  }

  /**
   * Starts a run of a stored definition, once per idempotency key. The run keeps its version,
   * whatever is defined later.
   *
   * @param version null for the latest
   * @param idempotencyKey 1 to 256 characters; null for none
   * @throws DefinitionNotFoundException no such definition, or version of it
   * @throws io.taskorch.task.InvalidTaskException the input does not keep to the definition's
   *     schema, with pointers below {@code /input}; or as the other {@code submit}
   */
  public RunSubmission submit(
      String name,
      @Nullable Integer version,
      @Nullable Object input,
      @Nullable String idempotencyKey) {
    Json json = codec.write(input);
    DefinitionVersion definition = definition(name, version);
    requireFit(definition, json);
    String id = newId(definition.definition());
    if (idempotencyKey == null) {
      return submission(store(id, definition.definition(), definition.number(), json));
    }
    requirePossible(idempotencyKey);
    return submission(
        new IdempotentSubmission<>(
                stores.idempotency(),
                reserved -> {
                  int held = Fingerprint.versionOf(reserved.fingerprint());
                  return store(reserved.id(), definition(name, held).definition(), held, json);
                },
                this::find)
            .submit(idempotencyKey, id, Fingerprint.of(name, version, json, definition.number())));
  }

  private static void requireFit(DefinitionVersion definition, Json input) {
    Json schema = definition.inputSchema();
    if (schema != null) {
      InputSchema.of(schema).check(input);
    }
  }

  /** Stores a definition as {@link #define(WorkflowDefinition, Json)} does, for any input. */
  public DefinitionSubmission define(WorkflowDefinition definition) {
    return define(definition, null);
  }

  /**
   * Stores a definition as a new version of its name, unless the latest version means the same.
   *
   * @param inputSchema a JSON Schema that the input of its runs must keep to; null for none
   * @throws io.taskorch.task.InvalidTaskException a step's payload is not JSON, the schema is none
   *     or needs a library that is not there, or there are too many definitions or versions
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public DefinitionSubmission define(WorkflowDefinition definition, @Nullable Json inputSchema) {
    requireJson(definition);
    if (inputSchema != null) {
      InputSchema.of(inputSchema);
    }
    Json document = DefinitionJson.write(definition, inputSchema);
    DefinitionStore.Saved saved =
        stores
            .definitions()
            .save(
                definition.name(),
                Fingerprint.of(document),
                document,
                TaskId.next(clock.instant(), 0));
    return new DefinitionSubmission(
        new DefinitionVersion(
            definition, saved.version().number(), inputSchema, saved.version().createdAt()),
        saved.created());
  }

  /** Stores what a program declares, each as {@link #define(WorkflowDefinition)} does. */
  public void declareAll(Collection<WorkflowDefinition> declared) {
    for (WorkflowDefinition definition : declared) {
      DefinitionSubmission stored = define(definition);
      if (stored.created()) {
        log.info(
            "workflow {} is stored as version {}", definition.name(), stored.definition().number());
      }
    }
  }

  /**
   * A version of a definition.
   *
   * @param version null for the latest
   * @throws DefinitionNotFoundException no such definition, or version of it
   */
  public DefinitionVersion definition(String name, @Nullable Integer version) {
    return stores
        .definitions()
        .find(name, version)
        .map(WorkflowClient::read)
        .orElseThrow(() -> new DefinitionNotFoundException(name, version));
  }

  /** The latest version of a definition. */
  public DefinitionVersion definition(String name) {
    return definition(name, null);
  }

  private static DefinitionVersion read(DefinitionStore.Stored stored) {
    DefinitionJson.Content content = DefinitionJson.read(stored.document());
    return new DefinitionVersion(
        content.definition(),
        stored.version().number(),
        content.inputSchema(),
        stored.version().createdAt());
  }

  /** See {@link DefinitionStore#list}. */
  public DefinitionStore.VersionPage definitions(int limit, @Nullable String cursor) {
    return stores.definitions().list(limit, cursor);
  }

  /**
   * See {@link DefinitionStore#versions}.
   *
   * @throws DefinitionNotFoundException no such definition
   */
  public DefinitionStore.VersionPage versions(String name, int limit, @Nullable String cursor) {
    DefinitionStore.VersionPage page = stores.definitions().versions(name, limit, cursor);
    if (page.versions().isEmpty() && cursor == null) {
      throw new DefinitionNotFoundException(name, null);
    }
    return page;
  }

  private static void requirePossible(String key) {
    Violations wrong = new Violations();
    if (key.isEmpty() || key.length() > TaskSpec.LONGEST_IDEMPOTENCY_KEY) {
      wrong.add("/idempotency_key", "out-of-range", "is not 1 to 256 characters long");
    }
    wrong.throwIfAny();
  }

  /**
   * An id where the run's steps belong.
   *
   * @throws io.taskorch.task.InvalidTaskException they would belong in two places
   */
  private String newId(WorkflowDefinition definition) {
    int home =
        homes
            .of(definition.steps().stream().map(Step::task).toList())
            .orElseGet(stores.partitions()::any);
    return stores.partitions().newId(home, clock.instant());
  }

  private NewRun newRun(
      String id, WorkflowDefinition definition, @Nullable Integer version, Json input) {
    requireJson(definition);
    return new NewRun(id, definition, version, input);
  }

  private void requireJson(WorkflowDefinition definition) {
    Violations wrong = new Violations();
    List<Step> steps = definition.steps();
    for (int i = 0; i < steps.size(); i++) {
      if (!codec.isJson(steps.get(i).task().payload())) {
        wrong.add("/steps/" + i + "/payload", "malformed", "is not one JSON document");
      }
    }
    wrong.throwIfAny();
  }

  private Stored<Run> store(
      String id, WorkflowDefinition definition, @Nullable Integer version, Json input) {
    stores.runs().start(newRun(id, definition, version, input));
    return new Stored<>(get(id), true);
  }

  private static RunSubmission submission(Stored<Run> stored) {
    return new RunSubmission(stored.thing(), stored.created());
  }

  /** A handle of a run that was started elsewhere. */
  public RunHandle handle(String id) {
    return new RunHandle(this, id);
  }

  public Optional<Run> find(String id) {
    return stores.partitions().holds(id) ? stores.runs().find(id) : Optional.empty();
  }

  /**
   * @throws TaskNotFoundException no such run
   */
  public Run get(String id) {
    return find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  /**
   * Compares two runs, whether of one definition or not. Results are compared as bytes, some at a
   * time.
   *
   * @throws TaskNotFoundException no such run
   */
  public RunDiff diff(String from, String to) {
    Run one = get(from);
    Run other = get(to);
    Map<String, String> ofOne = succeeded(one);
    Map<String, String> ofOther = succeeded(other);
    List<String> both = ofOne.keySet().stream().filter(ofOther::containsKey).toList();
    Set<String> otherResults = new HashSet<>();
    for (int i = 0; i < both.size(); i += RESULTS_A_CALL) {
      List<String> names = both.subList(i, Math.min(i + RESULTS_A_CALL, both.size()));
      Map<String, Json> before = results(one, ofOne, names);
      Map<String, Json> after = results(other, ofOther, names);
      names.stream()
          .filter(name -> !Objects.equals(before.get(name), after.get(name)))
          .forEach(otherResults::add);
    }
    return RunDiff.of(one, other, otherResults);
  }

  /** Task ids of the steps that have a result, by name. */
  private static Map<String, String> succeeded(Run run) {
    Map<String, String> ids = new LinkedHashMap<>();
    for (Run.StepStatus step : run.steps()) {
      if (step.state() == TaskState.SUCCEEDED) {
        ids.put(step.name(), step.taskId());
      }
    }
    return ids;
  }

  private Map<String, Json> results(Run run, Map<String, String> ids, List<String> names) {
    Map<String, String> wanted = new HashMap<>(ids);
    wanted.keySet().retainAll(names);
    return stores.runs().input(run.id(), wanted).results();
  }

  /** See {@link RunStore#list}. */
  public RunStore.RunPage list(RunStore.RunFilter filter) {
    return stores.runs().list(filter);
  }

  /** As {@link #cancel(String, String)}, by nobody in particular. */
  public Run cancel(String id) {
    return cancel(id, RunStore.ANONYMOUS);
  }

  /**
   * See {@link RunStore#cancel(String, String)}.
   *
   * @throws io.taskorch.task.InvalidTaskException the actor cannot be
   */
  public Run cancel(String id, String actor) {
    wrongWith(actor).throwIfAny();
    return stores.runs().cancel(existing(id), actor);
  }

  /** As {@link #retry(String, String)}, by nobody in particular. */
  public Run retry(String id) {
    return retry(id, RunStore.ANONYMOUS);
  }

  /**
   * See {@link RunStore#retry(String, String, String)}.
   *
   * @throws io.taskorch.task.InvalidTaskException the actor cannot be
   */
  public Run retry(String id, String actor) {
    wrongWith(actor).throwIfAny();
    return stores.runs().retry(existing(id), actor, newOperation());
  }

  /** As {@link #signal(String, String, Object, String)}, by nobody in particular. */
  public void signal(String id, String name, @Nullable Object payload) {
    signal(id, name, payload, RunStore.ANONYMOUS);
  }

  /**
   * See {@link RunStore#signal}.
   *
   * @param payload written as JSON, at most as large as a task's; the result of the steps that wait
   *     for it
   * @throws io.taskorch.task.InvalidTaskException it is too large, or the actor cannot be
   */
  public void signal(String id, String name, @Nullable Object payload, String actor) {
    Json json = codec.write(payload);
    Violations wrong = wrongWith(actor);
    if (json.size() > TaskSpec.MOST_PAYLOAD_BYTES) {
      wrong.add("", "too-large", "is larger than 256 KiB");
    }
    wrong.throwIfAny();
    stores.runs().signal(existing(id), name, json, actor, newOperation());
  }

  private static Violations wrongWith(String actor) {
    Violations wrong = new Violations();
    if (!ACTOR.matcher(actor).matches()) {
      wrong.add(
          "/actor",
          "out-of-range",
          "is not 1 to 200 characters without blanks and control characters");
    }
    return wrong;
  }

  private String newOperation() {
    return TaskId.next(clock.instant(), 0);
  }

  /**
   * See {@link RunStore#act}.
   *
   * @throws io.taskorch.task.InvalidTaskException the actor cannot be, the note is too long, a
   *     result is too large, or the workflow would not be valid with another payload of the step
   */
  public Run act(String id, StepAction action, String actor) {
    Violations wrong = wrongWith(actor);
    String note = action.note();
    if (note != null && note.length() > StepAction.LONGEST_NOTE) {
      wrong.add("/note", "out-of-range", "is longer than 1024 characters");
    }
    if (action instanceof StepAction.Succeed succeed
        && succeed.result().size() > Outcome.MOST_RESULT_BYTES) {
      wrong.add("/result", "too-large", "is larger than 960 KiB");
    }
    wrong.throwIfAny();
    return stores.runs().act(existing(id), action, actor, newOperation());
  }

  /** As {@link #fork(String, String, Json, String, String)}, by nobody in particular. */
  public Run fork(String id, String fromStep, @Nullable Json input) {
    return fork(id, fromStep, input, RunStore.ANONYMOUS, null).run();
  }

  /**
   * Starts a new run that is like another up to a step: what has succeeded there and does not
   * depend on the step counts as done, with the same results; but not what has been undone, nor
   * what follows it. The other run stays as it is.
   *
   * @param fromStep where the new run begins
   * @param input of the new run; null for that of the other
   * @param actor who asks for it
   * @param idempotencyKey 1 to 256 characters; null for none
   * @throws TaskNotFoundException no such run
   * @throws io.taskorch.workflow.StepNotFoundException no such step
   * @throws io.taskorch.task.InvalidTaskException the actor or the key cannot be; or the run does
   *     the elements of a list, or undoes another
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   */
  public RunSubmission fork(
      String id,
      String fromStep,
      @Nullable Json input,
      String actor,
      @Nullable String idempotencyKey) {
    wrongWith(actor).throwIfAny();
    Run run = get(id);
    requireDefinition(run);
    WorkflowDefinition definition = stores.runs().definition(id);
    Dag dag = Dag.of(definition);
    if (definition.steps().stream().noneMatch(step -> step.name().equals(fromStep))) {
      throw StepNotFoundException.named(id, fromStep);
    }
    Set<String> again = undone(run, definition);
    again.add(fromStep);
    Map<String, String> done = succeeded(run);
    done.keySet().removeIf(step -> again.stream().anyMatch(one -> follows(dag, one, step)));
    Json itsInput = Objects.requireNonNullElse(input, run.input());
    NewRun.Fork fork = new NewRun.Fork(id, fromStep, actor, done);
    Function<String, Stored<Run>> store =
        forked -> {
          stores.runs().start(new NewRun(forked, definition, run.version(), itsInput, fork));
          return new Stored<>(get(forked), true);
        };
    // In the same partition, as results are copied there.
    String forked = stores.partitions().newId(TaskId.partitionOf(id), clock.instant());
    if (idempotencyKey == null) {
      return submission(store.apply(forked));
    }
    requirePossible(idempotencyKey);
    return submission(
        new IdempotentSubmission<>(
                stores.idempotency(), reserved -> store.apply(reserved.id()), this::find)
            .submit(idempotencyKey, forked, Fingerprint.ofFork(id, fromStep, input)));
  }

  /** A run for the elements of a list, or that undoes another, is a part of that other. */
  private static void requireDefinition(Run run) {
    Run.Parent parent = run.parent();
    if (parent == null || run.version() != null) {
      return;
    }
    Violations wrong = new Violations();
    wrong.add(
        "",
        "conflict",
        "is for a run of its own: this one "
            + (parent.step() == null
                ? "undoes run " + parent.runId()
                : "does the elements of step " + parent.step() + " of run " + parent.runId()));
    wrong.throwIfAny();
  }

  /** The steps of a run that have been undone, or may be at any time. */
  private static Set<String> undone(Run run, WorkflowDefinition definition) {
    if (run.compensationId() == null && run.state() != RunState.COMPENSATING) {
      return new HashSet<>();
    }
    return definition.steps().stream()
        .filter(step -> step.compensateWith() != null)
        .map(Step::name)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static boolean follows(Dag dag, String step, String other) {
    return step.equals(other) || dag.isUpstream(dag.place(step), dag.place(other));
  }

  /** The id, if there can be a run of that id. */
  private String existing(String id) {
    if (!stores.partitions().holds(id)) {
      throw new TaskNotFoundException(id);
    }
    return id;
  }

  /**
   * Waits for a run's end, whichever it is.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws TaskNotFoundException no such run, or deleted meanwhile
   */
  public Run await(String id, Duration longest) {
    return ends.await(existing(id), longest, () -> get(id), run -> run.state().isFinal());
  }
}
