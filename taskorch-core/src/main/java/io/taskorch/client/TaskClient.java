package io.taskorch.client;

import io.taskorch.json.PayloadCodec;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Submits tasks, waits for them, reads and operates them. Any number of threads may use one; their
 * single submissions share calls.
 *
 * <p>Every method throws {@link io.taskorch.task.StoreUnavailableException} when the store cannot
 * be reached in time.
 */
public final class TaskClient {

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;

  public TaskClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
  }

  /**
   * Submits a task with every default.
   *
   * @param payload written as JSON; {@link Json} passes as it is
   */
  public TaskHandle<Json> enqueue(String type, @Nullable Object payload) {
    return enqueue(type, payload, Json.class);
  }

  /**
   * Submits a task with every default.
   *
   * @param result what its result is read as
   */
  public <R> TaskHandle<R> enqueue(String type, @Nullable Object payload, Class<R> result) {
    return enqueue(TaskSpec.builder(type).payload(codec.write(payload)).build(), result);
  }

  public TaskHandle<Json> enqueue(TaskSpec spec) {
    return enqueue(spec, Json.class);
  }

  public <R> TaskHandle<R> enqueue(TaskSpec spec, Class<R> result) {
    return handle(submit(spec).task().id(), result);
  }

  /**
   * Submits many tasks in few calls.
   *
   * @return in the order of the input
   */
  public List<TaskHandle<Json>> enqueueAll(List<TaskSpec> specs) {
    List<TaskHandle<Json>> handles = new ArrayList<>();
    for (TaskSpec spec : specs) {
      handles.add(enqueue(spec));
    }
    return handles;
  }

  /**
   * Submits a task, once per idempotency key.
   *
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public Submission submit(TaskSpec spec) {
    String id = stores.partitions().newId(stores.partitions().any(), clock.instant());
    var enqueued = stores.tasks().enqueue(List.of(new NewTask(id, spec))).getFirst();
    return new Submission(enqueued.task(), enqueued.created());
  }

  /**
   * Submits many tasks, each on its own: one that is refused leaves the others as they are.
   *
   * @return in the order of the input
   */
  public List<BatchRow> submitAll(List<TaskSpec> specs) {
    List<BatchRow> rows = new ArrayList<>();
    for (TaskSpec spec : specs) {
      rows.add(new BatchRow.Accepted(submit(spec)));
    }
    return rows;
  }

  /** A handle of a task that was submitted elsewhere. */
  public <R> TaskHandle<R> handle(String id, Class<R> result) {
    return new TaskHandle<>(this, id, result);
  }

  public Optional<Task> find(String id) {
    return TaskId.isValid(id) ? stores.query().find(id) : Optional.empty();
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
    return stores.tasks().cancel(id);
  }

  /** See {@link io.taskorch.store.TaskStore#retry}. */
  public Task retry(String id) {
    return stores.tasks().retry(id, TaskId.next(clock.instant(), 0));
  }

  /** See {@link io.taskorch.store.TaskStore#runNow}. */
  public Task runNow(String id) {
    return stores.tasks().runNow(id);
  }

  /** See {@link io.taskorch.store.TaskStore#delete}. */
  public void delete(String id) {
    stores.tasks().delete(id);
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
    Task task = get(id);
    return new Explanation(task.id(), task.state(), List.of(), null);
  }

  /**
   * Waits for a task's end, whichever it is.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws TaskNotFoundException no such task, or deleted meanwhile
   */
  public Task await(String id, Duration longest) {
    throw new AwaitTimeoutException(id, longest);
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
