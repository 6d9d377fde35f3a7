package io.taskorch.client;

import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchSpec;
import io.taskorch.client.IdempotentSubmission.Stored;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.Homes;
import io.taskorch.store.NewBatch;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.task.BatchLink;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskorchException;
import io.taskorch.task.Violations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Submits batches, adds to them, waits for them and cancels them. Any number of threads may use
 * one.
 *
 * <p>Every method throws {@link io.taskorch.task.StoreUnavailableException} when the store cannot
 * be reached in time.
 */
public final class BatchClient {

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;
  private final EndWatch ends;
  private final Homes homes;

  public BatchClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
    this.ends = new EndWatch(stores.hints(), this::ended);
    this.homes = new Homes(stores.partitions(), stores.limits());
  }

  private Set<String> ended(List<String> ids) {
    Set<String> ended = new HashSet<>(ids);
    ended.removeIf(id -> find(id).filter(batch -> !batch.state().isFinal()).isPresent());
    return ended;
  }

  /** See {@link #submit}. */
  public BatchHandle start(BatchSpec spec) {
    return handle(submit(spec).batch().id());
  }

  /**
   * Submits a batch, once per idempotency key. Its tasks start as they are stored. One that is
   * refused, as another task holds its unique key or as many of its group wait as may, is no member
   * of it.
   *
   * @throws io.taskorch.task.InvalidTaskException a payload is not JSON, a task cannot live where
   *     the batch does, or the batch cannot be a member of its parent
   * @throws io.taskorch.task.BatchClosedException the parent has ended or been cancelled
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public BatchSubmission submit(BatchSpec spec) {
    Map<String, TaskSpec> parts = parts(spec);
    String id = stores.partitions().newId(home(spec, parts), clock.instant());
    check(spec, parts, TaskId.partitionOf(id));
    String key = spec.idempotencyKey();
    return key == null
        ? store(id, spec).thing()
        : new IdempotentSubmission<>(
                stores.idempotency(),
                reserved -> store(reserved.id(), spec),
                reserved ->
                    find(reserved).map(batch -> new BatchSubmission(batch, false, Map.of())))
            .submit(key, id, Fingerprint.of(spec))
            .thing();
  }

  /** All tasks of a batch by their places in it, as they are stored. */
  private static Map<String, TaskSpec> parts(BatchSpec spec) {
    Map<String, TaskSpec> parts = places(spec.tasks(), spec.group());
    putPart(parts, "/on_success", spec.onSuccess(), spec.group());
    putPart(parts, "/on_finish", spec.onFinish(), spec.group());
    putPart(parts, "/on_failure", spec.onFailure(), spec.group());
    return parts;
  }

  private static Map<String, TaskSpec> places(List<TaskSpec> tasks, @Nullable String group) {
    Map<String, TaskSpec> places = new LinkedHashMap<>();
    for (int i = 0; i < tasks.size(); i++) {
      putPart(places, "/tasks/" + i, tasks.get(i), group);
    }
    return places;
  }

  private static void putPart(
      Map<String, TaskSpec> parts, String at, @Nullable TaskSpec task, @Nullable String group) {
    if (task != null) {
      parts.put(at, grouped(task, group));
    }
  }

  /** The partition that something of the batch is tied to, or any. */
  private int home(BatchSpec spec, Map<String, TaskSpec> parts) {
    String parent = spec.parentId();
    String group = spec.group();
    if (parent != null) {
      return stores.partitions().holds(parent) ? TaskId.partitionOf(parent) : 0;
    } else if (group != null) {
      return stores.partitions().of(group);
    }
    for (Map.Entry<String, TaskSpec> part : parts.entrySet()) {
      try {
        OptionalInt home = homes.of(part.getValue());
        if (home.isPresent()) {
          return home.getAsInt();
        }
      } catch (InvalidTaskException e) {
        Violations wrong = new Violations();
        wrong.addAll(part.getKey(), e.violations());
        throw new InvalidTaskException(wrong.found());
      }
    }
    return stores.partitions().any();
  }

  private void check(BatchSpec spec, Map<String, TaskSpec> parts, int home) {
    Violations wrong = new Violations();
    if (spec.parentId() != null && !stores.partitions().holds(spec.parentId())) {
      wrong.add("/parent", "not-found", "is no batch that is stored");
    }
    if (spec.group() != null && stores.partitions().of(spec.group()) != home) {
      wrong.add("/group", "another-home", "belongs in another partition than the parent");
    }
    wrong.throwIfAny();
    check(wrong, parts, home);
    wrong.throwIfAny();
  }

  private void check(Violations wrong, Map<String, TaskSpec> parts, int home) {
    parts.forEach(
        (at, task) -> {
          if (!codec.isJson(task.payload())) {
            wrong.add(at + "/payload", "malformed", "is not one JSON document");
          }
          try {
            homes.require(task, home);
          } catch (InvalidTaskException e) {
            wrong.addAll(at, e.violations());
          }
        });
  }

  private Stored<BatchSubmission> store(String id, BatchSpec spec) {
    String group = spec.group();
    List<NewTask> members = members(id, id, spec.tasks(), group);
    List<Enqueued> answers =
        stores
            .batches()
            .start(
                new NewBatch(
                    id,
                    members,
                    callback(spec.onFailure(), group),
                    callback(spec.onSuccess(), group),
                    callback(spec.onFinish(), group),
                    spec.parentId(),
                    group));
    Map<Integer, TaskorchException> refused = new HashMap<>();
    for (int i = 0; i < answers.size(); i++) {
      if (TaskClient.row(members.get(i), answers.get(i)) instanceof BatchRow.Refused(var error)) {
        refused.put(i, error);
      }
    }
    return new Stored<>(new BatchSubmission(get(id), true, refused), true);
  }

  /**
   * @param addition what their ids follow from
   */
  private static List<NewTask> members(
      String batchId, String addition, List<TaskSpec> tasks, @Nullable String group) {
    BatchLink link = BatchLink.member(batchId);
    List<NewTask> members = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      TaskSpec member = grouped(tasks.get(i), group).toBuilder().batch(link).build();
      members.add(new NewTask(TaskId.derived(addition, Integer.toString(i)), member));
    }
    return members;
  }

  private static @Nullable TaskSpec callback(@Nullable TaskSpec callback, @Nullable String group) {
    return callback == null ? null : grouped(callback, group);
  }

  private static TaskSpec grouped(TaskSpec task, @Nullable String group) {
    return group == null || task.flow().group() != null
        ? task
        : task.toBuilder().group(group).build();
  }

  /**
   * Adds tasks to a batch that has not ended, once per idempotency key.
   *
   * @param idempotencyKey 1 to 256 characters; null for none
   * @return in the order of the input; one whose unique key is held is refused, or answered by the
   *     holder, and is no member
   * @throws TaskNotFoundException no such batch
   * @throws io.taskorch.task.BatchClosedException it has ended or been cancelled
   * @throws io.taskorch.task.InvalidTaskException a payload is not JSON, a task cannot live where
   *     the batch does, or there are too many
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.StorageFullException there is no room; some may have been stored
   */
  public List<BatchRow> add(String id, List<TaskSpec> tasks, @Nullable String idempotencyKey) {
    Batch batch = get(id);
    int home = TaskId.partitionOf(id);
    Violations wrong = new Violations();
    BatchSpec.checkMembers(wrong, tasks);
    BatchSpec.checkKey(wrong, idempotencyKey);
    check(wrong, places(tasks, batch.group()), home);
    wrong.throwIfAny();
    String addition = stores.partitions().newId(home, clock.instant());
    if (idempotencyKey == null) {
      return add(batch, tasks, addition);
    }
    // What is stored stays as it is, so whoever asks again is answered in the same way.
    return new IdempotentSubmission<List<BatchRow>>(
            stores.idempotency(),
            reserved -> new Stored<>(add(batch, tasks, reserved.id()), true),
            reserved -> Optional.of(add(batch, tasks, reserved)))
        .submit(idempotencyKey, addition, Fingerprint.ofAddition(id, tasks))
        .thing();
  }

  private List<BatchRow> add(Batch batch, List<TaskSpec> tasks, String addition) {
    List<NewTask> members = members(batch.id(), addition, tasks, batch.group());
    List<Enqueued> answers = stores.tasks().enqueue(members);
    return IntStream.range(0, members.size())
        .mapToObj(i -> TaskClient.row(members.get(i), answers.get(i)))
        .toList();
  }

  void add(String id, String type, @Nullable Object payload) {
    Json written = codec.write(payload);
    TaskSpec task =
        TaskSpec.builder(type)
            .payload(written)
            .unique(UniqueFields.keyOf(type, payload, written))
            .build();
    if (add(id, List.of(task), null).getFirst() instanceof BatchRow.Refused(var error)) {
      throw error;
    }
  }

  /** A handle of a batch that was submitted elsewhere. */
  public BatchHandle handle(String id) {
    return new BatchHandle(this, id);
  }

  public Optional<Batch> find(String id) {
    return stores.batches().find(id);
  }

  /**
   * @throws TaskNotFoundException no such batch
   */
  public Batch get(String id) {
    return find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  /** See {@link io.taskorch.store.BatchStore#cancel}. */
  public Batch cancel(String id) {
    return stores.batches().cancel(id);
  }

  /**
   * Waits for a batch's end, whichever it is.
   *
   * @throws AwaitTimeoutException it has not ended in time
   * @throws TaskNotFoundException no such batch, or deleted meanwhile
   */
  public Batch await(String id, Duration longest) {
    return ends.await(get(id).id(), longest, () -> get(id), batch -> batch.state().isFinal());
  }
}
