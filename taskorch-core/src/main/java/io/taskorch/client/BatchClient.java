package io.taskorch.client;

import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchSpec;
import io.taskorch.client.IdempotentSubmission.Stored;
import io.taskorch.json.PayloadCodec;
import io.taskorch.store.NewBatch;
import io.taskorch.store.NewTask;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.task.BatchLink;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violations;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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

  public BatchClient(Stores stores, PayloadCodec codec, InstantSource clock) {
    this.stores = stores;
    this.codec = codec;
    this.clock = clock;
    this.ends = new EndWatch(stores.hints(), this::ended);
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
   * Submits a batch, once per idempotency key. Its tasks start as they are stored. One whose unique
   * key another task holds is no member of it.
   *
   * @throws io.taskorch.task.InvalidTaskException a payload is not JSON, a task cannot live where
   *     the batch does, or the batch cannot be a member of its parent
   * @throws io.taskorch.task.BatchClosedException the parent has ended or been cancelled
   * @throws io.taskorch.task.IdempotencyConflictException the key was used for something else
   * @throws io.taskorch.task.GoneException what the key stands for has been deleted
   * @throws io.taskorch.task.StorageFullException there is no room
   */
  public BatchSubmission submit(BatchSpec spec) {
    String id = stores.partitions().newId(home(spec), clock.instant());
    check(spec, TaskId.partitionOf(id));
    String key = spec.idempotencyKey();
    Stored<Batch> stored =
        key == null
            ? store(id, spec)
            : new IdempotentSubmission<>(
                    stores.idempotency(), reserved -> store(reserved.id(), spec), this::find)
                .submit(key, id, Fingerprint.of(spec));
    return new BatchSubmission(stored.thing(), stored.created());
  }

  /** The partition that something of the batch is tied to, or any. */
  private int home(BatchSpec spec) {
    String parent = spec.parentId();
    String group = spec.group();
    if (parent != null) {
      return stores.partitions().holds(parent) ? TaskId.partitionOf(parent) : 0;
    } else if (group != null) {
      return stores.partitions().of(group);
    }
    return Stream.concat(spec.tasks().stream(), callbacks(spec).stream())
        .flatMapToInt(task -> homes(task).findFirst().stream())
        .findFirst()
        .orElseGet(stores.partitions()::any);
  }

  private static List<TaskSpec> callbacks(BatchSpec spec) {
    return Stream.of(spec.onFailure(), spec.onSuccess(), spec.onFinish())
        .flatMap(Stream::ofNullable)
        .toList();
  }

  /** Where the fields of a task want it to live. */
  private IntStream homes(TaskSpec task) {
    return Tie.of(task).stream().mapToInt(tie -> stores.partitions().of(tie.key));
  }

  /**
   * What ties a task to a partition.
   *
   * @param field its pointer
   */
  private record Tie(String field, String key) {
    static List<Tie> of(TaskSpec task) {
      Flow flow = task.flow();
      List<Tie> ties = new ArrayList<>();
      if (flow.group() != null) {
        ties.add(new Tie("/group", flow.group()));
      }
      if (flow.limit() != null) {
        ties.add(new Tie("/limit", flow.limit()));
      }
      if (flow.sequence() != null) {
        ties.add(new Tie("/sequence", flow.sequence().key()));
      }
      if (task.unique() != null) {
        ties.add(new Tie("/unique", task.unique().key()));
      }
      return ties;
    }
  }

  private void check(BatchSpec spec, int home) {
    Violations wrong = new Violations();
    if (spec.parentId() != null && !stores.partitions().holds(spec.parentId())) {
      wrong.add("/parent", "not-found", "is no batch that is stored");
    }
    if (spec.group() != null && stores.partitions().of(spec.group()) != home) {
      wrong.add("/group", "other-home", "does not live where the parent does");
    }
    check(wrong, spec.tasks(), home);
    checkTask(wrong, "/on_success", spec.onSuccess(), home);
    checkTask(wrong, "/on_finish", spec.onFinish(), home);
    checkTask(wrong, "/on_failure", spec.onFailure(), home);
    wrong.throwIfAny();
  }

  private void check(Violations wrong, List<TaskSpec> tasks, int home) {
    for (int i = 0; i < tasks.size() && !wrong.isFull(); i++) {
      checkTask(wrong, "/tasks/" + i, tasks.get(i), home);
    }
  }

  private void checkTask(Violations wrong, String at, @Nullable TaskSpec task, int home) {
    if (task == null) {
      return;
    }
    if (!codec.isJson(task.payload())) {
      wrong.add(at + "/payload", "malformed", "is not one JSON document");
    }
    for (Tie tie : Tie.of(task)) {
      if (stores.partitions().of(tie.key) != home) {
        wrong.add(at + tie.field, "other-home", "does not live where the batch does");
      }
    }
  }

  private Stored<Batch> store(String id, BatchSpec spec) {
    String group = spec.group();
    var unused =
        stores
            .batches()
            .start(
                new NewBatch(
                    id,
                    members(id, id, spec.tasks(), group),
                    grouped(spec.onFailure(), group),
                    grouped(spec.onSuccess(), group),
                    grouped(spec.onFinish(), group),
                    spec.parentId(),
                    group));
    return new Stored<>(get(id), true);
  }

  /**
   * @param addition what their ids follow from
   */
  private static List<NewTask> members(
      String batchId, String addition, List<TaskSpec> tasks, @Nullable String group) {
    BatchLink link = BatchLink.member(batchId);
    List<NewTask> members = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      TaskSpec.Builder task = tasks.get(i).toBuilder().batch(link);
      if (group != null && tasks.get(i).flow().group() == null) {
        task.group(group);
      }
      members.add(new NewTask(TaskId.derived(addition, Integer.toString(i)), task.build()));
    }
    return members;
  }

  private static @Nullable TaskSpec grouped(@Nullable TaskSpec callback, @Nullable String group) {
    return callback == null || group == null || callback.flow().group() != null
        ? callback
        : callback.toBuilder().group(group).build();
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
    check(wrong, tasks, home);
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
