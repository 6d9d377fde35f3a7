package io.taskorch.client;

import io.taskorch.json.PayloadCodec;
import io.taskorch.store.NewRun;
import io.taskorch.store.RunStore;
import io.taskorch.store.Stores;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts workflow runs, waits for them, reads and operates them. */
public final class WorkflowClient {

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;

  public WorkflowClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
  }

  /**
   * Starts a run.
   *
   * @param input written as JSON; what payloads refer to as {@code input}
   */
  public RunHandle start(WorkflowDefinition definition, @Nullable Object input) {
    return handle(submit(definition, input, null).run().id());
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
   * @throws io.taskorch.task.InvalidTaskException the definition cannot be, or the key
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public RunSubmission submit(
      WorkflowDefinition definition, @Nullable Object input, @Nullable String idempotencyKey) {
    String id = stores.partitions().newId(stores.partitions().any(), clock.instant());
    stores.runs().start(new NewRun(id, definition, codec.write(input)));
    return new RunSubmission(get(id), true);
  }

  /** A handle of a run that was started elsewhere. */
  public RunHandle handle(String id) {
    return new RunHandle(this, id);
  }

  public Optional<Run> find(String id) {
    return TaskId.isValid(id) ? stores.runs().find(id) : Optional.empty();
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
    return stores.runs().cancel(id);
  }

  /** See {@link RunStore#retry}. */
  public Run retry(String id) {
    return stores.runs().retry(id, TaskId.next(clock.instant(), 0));
  }

  /**
   * Waits for a run's end, whichever it is.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws TaskNotFoundException no such run, or deleted meanwhile
   */
  public Run await(String id, Duration longest) {
    throw new AwaitTimeoutException(id, longest);
  }
}
