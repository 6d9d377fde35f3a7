package io.taskorch.client;

import io.taskorch.batch.BatchSpec;
import io.taskorch.client.IdempotentSubmission.Stored;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.Combiner;
import io.taskorch.store.Homes;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.task.GroupFullException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.TaskorchException;
import io.taskorch.task.UniqueConflictException;
import io.taskorch.task.UniqueKey;
import io.taskorch.task.Violation;
import io.taskorch.task.Violations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Submits tasks, waits for them, reads and operates them. Any number of threads may use one; their
 * single submissions share calls.
 *
 * <p>Every method throws {@link io.taskorch.task.StoreUnavailableException} when the store cannot
 * be reached in time.
 */
public final class TaskClient {

  private static final int MOST_PER_CALL = 200;
  private static final long MOST_BYTES_PER_CALL = 1024 * 1024;

  /** About what a task takes besides its payload. */
  private static final long BYTES_BESIDES = 512;

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;
  private final EndWatch ends;
  private final Homes homes;
  private final BatchClient batches;

  /** One for each partition, as a call goes to one: a failure reaches those of one call only. */
  private final List<Combiner<NewTask, Enqueued>> enqueues = new ArrayList<>();

  public TaskClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
    this.homes = new Homes(stores.partitions(), stores.limits());
    this.ends = new EndWatch(stores.hints(), this::ended);
    this.batches = new BatchClient(stores, codec, clock);
    for (int i = 0; i < stores.partitions().count(); i++) {
      enqueues.add(
          new Combiner<>(
              MOST_PER_CALL, MOST_BYTES_PER_CALL, TaskClient::bytes, stores.tasks()::enqueue));
    }
  }

  private static long bytes(NewTask task) {
    return BYTES_BESIDES + task.spec().payload().size();
  }

  private Set<String> ended(List<String> ids) {
    Map<String, TaskState> states = stores.query().states(ids);
    Set<String> ended = new HashSet<>(ids);
    ended.removeIf(id -> states.containsKey(id) && !states.get(id).isFinal());
    return ended;
  }

  /**
   * Submits a task with every default.
   *
   * @param payload written as JSON; {@link Json} passes as it is. Its type may be {@link Unique}
   */
  public TaskHandle<Json> enqueue(String type, @Nullable Object payload) {
    return enqueue(type, payload, Json.class);
  }

  /**
   * Submits a task with every default.
   *
   * @param payload written as JSON; {@link Json} passes as it is. Its type may be {@link Unique}
   * @param result what its result is read as
   */
  public <R> TaskHandle<R> enqueue(String type, @Nullable Object payload, Class<R> result) {
    Json written = codec.write(payload);
    UniqueKey unique = UniqueFields.keyOf(type, payload, written);
    return enqueue(TaskSpec.builder(type).payload(written).unique(unique).build(), result);
  }

  /** See {@link #submit}. */
  public TaskHandle<Json> enqueue(TaskSpec spec) {
    return enqueue(spec, Json.class);
  }

  /** See {@link #submit}. */
  public <R> TaskHandle<R> enqueue(TaskSpec spec, Class<R> result) {
    return handle(submit(spec).task().id(), result);
  }

  /**
   * Submits many tasks in few calls. When one is refused, others may have been stored; {@link
   * #submitAll} tells which.
   *
   * @return in the order of the input
   * @throws TaskorchException what {@link #submit} throws, for the first task that is refused
   */
  public List<TaskHandle<Json>> enqueueAll(List<TaskSpec> specs) {
    List<TaskHandle<Json>> handles = new ArrayList<>(specs.size());
    for (BatchRow row : submitAll(specs)) {
      switch (row) {
        case BatchRow.Accepted(var submission) ->
            handles.add(handle(submission.task().id(), Json.class));
        case BatchRow.Refused(var error) -> throw error;
      }
    }
    return handles;
  }

  /**
   * Submits a task, once per idempotency key.
   *
   * @throws io.taskorch.task.InvalidTaskException its payload is not JSON
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   * @throws io.taskorch.task.UniqueConflictException another task holds its unique key
   * @throws io.taskorch.task.GroupFullException as many tasks of its group wait as may
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public Submission submit(TaskSpec spec) {
    requireJson(spec);
    String id = newId(spec, stores.partitions().any());
    String key = spec.idempotencyKey();
    if (key == null) {
      Stored<Task> stored = store(id, spec);
      return new Submission(stored.thing(), stored.created());
    }
    Stored<Task> stored =
        new IdempotentSubmission<>(
                stores.idempotency(), reserved -> store(reserved.id(), spec), stores.query()::find)
            .submit(key, id, Fingerprint.of(spec));
    return new Submission(stored.thing(), stored.created());
  }

  /**
   * An id where the task belongs.
   *
   * @throws io.taskorch.task.InvalidTaskException it would belong in two places
   */
  private String newId(TaskSpec spec, int anywhere) {
    return stores.partitions().newId(homes.of(spec).orElse(anywhere), clock.instant());
  }

  private Stored<Task> store(String id, TaskSpec spec) {
    NewTask task = new NewTask(id, spec);
    return stored(task, enqueues.get(TaskId.partitionOf(id)).send(task));
  }

  /**
   * @throws UniqueConflictException another one holds its unique key, and does not stand for it
   * @throws GroupFullException as many of its group wait as may
   * @throws InvalidTaskException its units are above the burst of a rate
   */
  private static Stored<Task> stored(NewTask task, Enqueued answer) {
    switch (answer.refusal()) {
      case null -> {}
      case GROUP_FULL ->
          throw new GroupFullException(
              task.spec().queue(), Objects.requireNonNull(task.spec().flow().group()));
      case UNITS_ABOVE_BURST ->
          throw new InvalidTaskException(
              List.of(
                  new Violation(
                      "/units",
                      "above-burst",
                      "is more than the burst of a rate that it counts for: it would never run")));
    }
    boolean held = !answer.task().id().equals(task.id());
    UniqueKey unique = task.spec().unique();
    boolean stands =
        answer.replaced() || (unique != null && unique.onConflict() == UniqueKey.OnConflict.RETURN);
    if (held && !stands) {
      throw new UniqueConflictException(answer.task().id());
    }
    return new Stored<>(answer.task(), answer.created(), !held);
  }

  private void requireOneHome(TaskSpec spec) {
    var unused = homes.of(spec);
  }

  private void requireJson(TaskSpec spec) {
    Violations wrong = new Violations();
    if (!codec.isJson(spec.payload())) {
      wrong.add("/payload", "malformed", "is not one JSON document");
    }
    wrong.throwIfAny();
  }

  /**
   * Submits many tasks in few calls, each on its own: one that is refused leaves the others as they
   * are.
   *
   * @return in the order of the input
   */
  public List<BatchRow> submitAll(List<TaskSpec> specs) {
    BatchRow[] rows = new BatchRow[specs.size()];
    List<Integer> plain = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      TaskSpec spec = specs.get(i);
      try {
        if (spec.idempotencyKey() == null) {
          requireJson(spec);
          requireOneHome(spec);
          plain.add(i);
        } else {
          rows[i] = new BatchRow.Accepted(submit(spec));
        }
      } catch (TaskorchException e) {
        rows[i] = new BatchRow.Refused(e);
      }
    }
    for (List<Integer> chunk : chunks(specs, plain)) {
      enqueueChunk(specs, chunk, rows);
    }
    return Arrays.asList(rows);
  }

  private static List<List<Integer>> chunks(List<TaskSpec> specs, List<Integer> indexes) {
    List<List<Integer>> chunks = new ArrayList<>();
    List<Integer> chunk = new ArrayList<>();
    long sum = 0;
    for (int index : indexes) {
      long bytes = BYTES_BESIDES + specs.get(index).payload().size();
      if (chunk.size() == MOST_PER_CALL || (sum + bytes > MOST_BYTES_PER_CALL && sum > 0)) {
        chunks.add(chunk);
        chunk = new ArrayList<>();
        sum = 0;
      }
      chunk.add(index);
      sum += bytes;
    }
    chunks.add(chunk);
    return chunks;
  }

  /** Sends some tasks, which stay in their order; those without a key go to one partition. */
  private void enqueueChunk(List<TaskSpec> specs, List<Integer> chunk, BatchRow[] rows) {
    if (chunk.isEmpty()) {
      return;
    }
    int partition = stores.partitions().any();
    List<NewTask> tasks = new ArrayList<>(chunk.size());
    for (int index : chunk) {
      TaskSpec spec = specs.get(index);
      tasks.add(new NewTask(newId(spec, partition), spec));
    }
    try {
      List<Enqueued> answers = stores.tasks().enqueue(tasks);
      for (int i = 0; i < answers.size(); i++) {
        rows[chunk.get(i)] = row(tasks.get(i), answers.get(i));
      }
    } catch (TaskorchException e) {
      for (int index : chunk) {
        rows[index] = new BatchRow.Refused(e);
      }
    }
  }

  static BatchRow row(NewTask task, Enqueued answer) {
    try {
      Stored<Task> stored = stored(task, answer);
      return new BatchRow.Accepted(new Submission(stored.thing(), stored.created()));
    } catch (UniqueConflictException | GroupFullException | InvalidTaskException e) {
      return new BatchRow.Refused(e);
    }
  }

  /** See {@link BatchClient#submit}. */
  public BatchHandle batch(BatchSpec spec) {
    return batches.start(spec);
  }

  /** What else can be done with batches. */
  public BatchClient batches() {
    return batches;
  }

  /** A handle of a task that was submitted elsewhere. */
  public <R> TaskHandle<R> handle(String id, Class<R> result) {
    return new TaskHandle<>(this, id, result);
  }

  public Optional<Task> find(String id) {
    return stores.partitions().holds(id) ? stores.query().find(id) : Optional.empty();
  }

  /**
   * @throws TaskNotFoundException no such task
   */
  public Task get(String id) {
    return find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  /** See {@link TaskQuery#list}. */
  public TaskQuery.TaskPage list(TaskFilter filter) {
    return stores.query().list(filter);
  }

  /** See {@link io.taskorch.store.TaskStore#cancel}. */
  public Task cancel(String id) {
    return stores.tasks().cancel(existing(id));
  }

  /** See {@link io.taskorch.store.TaskStore#retry}. */
  public Task retry(String id) {
    return stores.tasks().retry(existing(id), TaskId.next(clock.instant(), 0));
  }

  /** See {@link io.taskorch.store.TaskStore#runNow}. */
  public Task runNow(String id) {
    return stores.tasks().runNow(existing(id));
  }

  /** See {@link io.taskorch.store.TaskStore#delete}. */
  public void delete(String id) {
    stores.tasks().delete(existing(id));
  }

  /** The id, if there can be a task of that id. */
  private String existing(String id) {
    if (!stores.partitions().holds(id)) {
      throw new TaskNotFoundException(id);
    }
    return id;
  }

  /**
   * See {@link TaskLogs#read}.
   *
   * @throws TaskNotFoundException no such task
   */
  public TaskLogs.LogPage logs(String id, long after, int most) {
    return stores.logs().read(get(id).id(), after, most);
  }

  /**
   * Every reason why a task does not run now, and when it will where that is known.
   *
   * @throws TaskNotFoundException no such task
   */
  public Explanation explain(String id) {
    return new Explainer(stores, clock).explain(get(id));
  }

  /**
   * Waits for a task's end, whichever it is.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws TaskNotFoundException no such task, or deleted meanwhile
   */
  public Task await(String id, Duration longest) {
    return ends.await(existing(id), longest, () -> get(id), task -> task.state().isFinal());
  }

  <R> @Nullable R result(Task ended, Class<R> type) {
    return switch (ended.state()) {
      case SUCCEEDED -> {
        Json result = ended.result();
        yield codec.read(result == null ? Json.NULL : result, type);
      }
      case FAILED -> throw new TaskFailedException(ended.id(), ended.reason(), ended.lastError());
      case CANCELLED, SKIPPED ->
          throw new TaskCancelledException(ended.id(), ended.state(), ended.reason());
      case BLOCKED, SCHEDULED, PENDING, RUNNING, RETRYING ->
          throw new IllegalStateException("task " + ended.id() + " has not ended");
    };
  }
}
