package io.taskorch.client;

import io.taskorch.client.IdempotentSubmission.Stored;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore;
import io.taskorch.store.Stores;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violations;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflow runs, waits for them, reads and operates them.
 *
 * <p>Every method throws {@link io.taskorch.task.StoreUnavailableException} when the store cannot
 * be reached in time.
 */
public final class WorkflowClient {

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;
  private final EndWatch ends;

  public WorkflowClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
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
    String id = newId();
    stores.runs().start(newRun(id, definition, codec.write(input)));
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
    String id = newId();
    if (idempotencyKey == null) {
      return submission(store(id, definition, json));
    }
    requirePossible(idempotencyKey);
    return submission(
        new IdempotentSubmission<>(
                stores.idempotency(), reserved -> store(reserved, definition, json), this::find)
            .submit(idempotencyKey, id, Fingerprint.of(definition, json)));
  }

  private static void requirePossible(String key) {
    Violations wrong = new Violations();
    if (key.isEmpty() || key.length() > TaskSpec.LONGEST_IDEMPOTENCY_KEY) {
      wrong.add("/idempotency_key", "out-of-range", "is not 1 to 256 characters long");
    }
    wrong.throwIfAny();
  }

  private String newId() {
    return stores.partitions().newId(stores.partitions().any(), clock.instant());
  }

  private NewRun newRun(String id, WorkflowDefinition definition, Json input) {
    Violations wrong = new Violations();
    List<Step> steps = definition.steps();
    for (int i = 0; i < steps.size(); i++) {
      if (!codec.isJson(steps.get(i).task().payload())) {
        wrong.add("/steps/" + i + "/payload", "malformed", "is not one JSON document");
      }
    }
    wrong.throwIfAny();
    return new NewRun(id, definition, input);
  }

  private Stored<Run> store(String id, WorkflowDefinition definition, Json input) {
    stores.runs().start(newRun(id, definition, input));
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

  /** See {@link RunStore#list}. */
  public RunStore.RunPage list(RunStore.RunFilter filter) {
    return stores.runs().list(filter);
  }

  /** See {@link RunStore#cancel}. */
  public Run cancel(String id) {
    return stores.runs().cancel(existing(id));
  }

  /** See {@link RunStore#retry}. */
  public Run retry(String id) {
    return stores.runs().retry(existing(id), TaskId.next(clock.instant(), 0));
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
