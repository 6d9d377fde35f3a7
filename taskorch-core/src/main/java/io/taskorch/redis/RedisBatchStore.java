package io.taskorch.redis;

import io.taskorch.batch.Batch;
import io.taskorch.batch.BatchSpec;
import io.taskorch.batch.BatchState;
import io.taskorch.batch.IllegalBatchMoveException;
import io.taskorch.store.BatchStore;
import io.taskorch.store.NewBatch;
import io.taskorch.store.NewTask;
import io.taskorch.store.Partitions;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskStore.Enqueued;
import io.taskorch.task.BatchClosedException;
import io.taskorch.task.BatchLink;
import io.taskorch.task.BatchLink.Role;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The moves and reads of batches. */
final class RedisBatchStore implements BatchStore {

  private final RedisCalls calls;
  private final Partitions partitions;
  private final TaskStore tasks;
  private final RunAdvance advance;

  RedisBatchStore(RedisCalls calls, Partitions partitions, TaskStore tasks, RunAdvance advance) {
    this.calls = calls;
    this.partitions = partitions;
    this.tasks = tasks;
    this.advance = advance;
  }

  @Override
  public List<Enqueued> start(NewBatch batch) {
    if (!open(batch) || batch.members().isEmpty()) {
      return List.of();
    }
    List<Enqueued> answers = tasks.enqueue(batch.members());
    if (!answers.getLast().created()) {
      calls.word(partitionOf(batch.id()), "batch/commit", Args.of().add(batch.id()));
    }
    return answers;
  }

  /** Begins the upload; false when it has ended before. */
  private boolean open(NewBatch batch) {
    Map<Role, TaskSpec> callbacks = callbacks(batch);
    List<NewTask> members = batch.members();
    Args args =
        Args.of()
            .add(batch.id())
            .add(orEmpty(batch.group()))
            .add(orEmpty(batch.parentId()))
            .add(members.isEmpty() ? "" : members.getLast().id())
            .add(callbacks.size());
    callbacks.forEach((role, task) -> args.add(letter(role)).add(callback(batch.id(), role, task)));
    String reply = calls.word(partitionOf(batch.id()), "batch/open", args);
    return switch (reply) {
      case "ok" -> true;
      case "exists" -> false;
      case "closed" -> throw new BatchClosedException(orEmpty(batch.parentId()));
      case "full" -> throw tooManyMembers();
      case "unknown" -> throw wrongParent("not-found", "is no batch that is stored");
      case "itself" ->
          throw wrongParent("conflict", "is a member of this batch, or this one itself");
      case "too_deep" ->
          throw wrongParent(
              "out-of-range",
              "is one of " + BatchSpec.DEEPEST + " batches that contain one another already");
      default -> throw new IllegalStateException("batch/open answers " + reply);
    };
  }

  private static Map<Role, TaskSpec> callbacks(NewBatch batch) {
    Map<Role, TaskSpec> callbacks = new EnumMap<>(Role.class);
    put(callbacks, Role.ON_FAILURE, batch.onFailure());
    put(callbacks, Role.ON_SUCCESS, batch.onSuccess());
    put(callbacks, Role.ON_FINISH, batch.onFinish());
    return callbacks;
  }

  private static void put(Map<Role, TaskSpec> callbacks, Role role, @Nullable TaskSpec task) {
    if (task != null) {
      callbacks.put(role, task);
    }
  }

  /** A task to come, as {@code lib/batch.lua} takes it apart. */
  private static byte[] callback(String batchId, Role role, TaskSpec task) {
    TaskSpec linked = task.toBuilder().batch(new BatchLink(batchId, role)).build();
    byte[] spec = SpecCodec.encode(linked, null);
    byte[] head = TaskRecord.head(linked, null, spec.length);
    StringBuilder start = new StringBuilder(callbackId(batchId, role));
    TaskRecord.pad(start, head.length, 4);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(start.toString().getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(head);
    bytes.writeBytes(TaskRecord.body(linked, null, 0, spec));
    return bytes.toByteArray();
  }

  /** The same for the same batch, so that nothing has to remember it. */
  private static String callbackId(String batchId, Role role) {
    return TaskId.derived(batchId, role.name());
  }

  private static String letter(Role role) {
    return switch (role) {
      case ON_FAILURE -> "x";
      case ON_SUCCESS -> "s";
      case ON_FINISH -> "e";
      case MEMBER -> throw new IllegalArgumentException("a member is no callback");
    };
  }

  static InvalidTaskException tooManyMembers() {
    return new InvalidTaskException(
        List.of(
            new Violation(
                "/tasks",
                "too-many-members",
                "would be more than the " + BatchSpec.MOST_MEMBERS + " that a batch may have")));
  }

  static InvalidTaskException tooManyQueues() {
    return new InvalidTaskException(
        List.of(
            new Violation(
                "/tasks",
                "too-many-queues",
                "would be on more than the 1000 queues that a batch may have tasks on")));
  }

  private static InvalidTaskException wrongParent(String code, String detail) {
    return new InvalidTaskException(List.of(new Violation("/parent", code, detail)));
  }

  @Override
  public Optional<Batch> find(String id) {
    if (!partitions.holds(id)) {
      return Optional.empty();
    }
    List<Object> reply = calls.list(partitionOf(id), "batch/read", Args.of().add(id));
    return reply.isEmpty() ? Optional.empty() : Optional.of(batch(id, reply));
  }

  private static Batch batch(String id, List<Object> reply) {
    Instant finished = Replies.time(reply.get(2));
    String fired = Replies.text(reply.get(6));
    int total = number(reply.get(7));
    int open = number(reply.get(8));
    int running = number(reply.get(9));
    int failed = number(reply.get(10));
    int cancelled = number(reply.get(11));
    return new Batch(
        id,
        BatchState.ofCode(Replies.text(reply.get(0)).charAt(0)),
        orNull(reply.get(4)),
        orNull(reply.get(5)),
        Replies.flag(reply.get(3)),
        Instant.ofEpochMilli(Replies.number(reply.get(1))),
        finished,
        total,
        open - running,
        running,
        total - open - failed - cancelled,
        failed,
        cancelled,
        fired(id, fired, Role.ON_FAILURE),
        fired(id, fired, Role.ON_SUCCESS),
        fired(id, fired, Role.ON_FINISH));
  }

  private static @Nullable String fired(String id, String letters, Role role) {
    return letters.contains(letter(role)) ? callbackId(id, role) : null;
  }

  private static int number(Object element) {
    return (int) Replies.number(element);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String orNull(Object element) {
    String text = Replies.text(element);
    return text.isEmpty() ? null : text;
  }

  @Override
  public Batch cancel(String id) {
    if (!partitions.holds(id)) {
      throw new TaskNotFoundException(id);
    }
    String reply = calls.word(partitionOf(id), "batch/cancel", Args.of().add(id));
    switch (reply) {
      case "ok" -> {}
      case "not_found" -> throw new TaskNotFoundException(id);
      default ->
          throw new IllegalBatchMoveException("cancel", id, BatchState.ofCode(reply.charAt(0)));
    }
    advance.go(partitionOf(id));
    return find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  private static int partitionOf(String id) {
    return TaskId.partitionOf(id);
  }
}
