package io.taskorch.redis;

import io.taskorch.store.Claim;
import io.taskorch.store.ClaimRequest;
import io.taskorch.store.Homes;
import io.taskorch.store.NewTask;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore;
import io.taskorch.task.BatchClosedException;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Progress;
import io.taskorch.task.RateLimitedException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.UniqueConflictException;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The moves of tasks, one script each. */
final class RedisTaskStore implements TaskStore {

  /** What one call carries at the most, so that no script holds Redis up for long. */
  static final int MOST_TASKS = 200;

  static final int MOST_BYTES = 1024 * 1024;

  private final RedisCalls calls;
  private final TaskQuery query;
  private final RunAdvance runs;
  private final Homes homes;

  RedisTaskStore(RedisCalls calls, TaskQuery query, RunAdvance runs, Homes homes) {
    this.calls = calls;
    this.query = query;
    this.runs = runs;
    this.homes = homes;
  }

  @Override
  public List<Enqueued> enqueue(List<NewTask> tasks) {
    @Nullable Enqueued[] answers = new Enqueued[tasks.size()];
    List<Encoded> encoded = new ArrayList<>(tasks.size());
    for (int i = 0; i < tasks.size(); i++) {
      homes.require(tasks.get(i).spec(), TaskId.partitionOf(tasks.get(i).id()));
      encoded.add(Encoded.of(i, tasks.get(i)));
    }
    for (Chunk<Encoded> chunk :
        Chunk.split(encoded, task -> TaskId.partitionOf(task.task.id()), Encoded::size)) {
      enqueue(chunk, answers);
    }
    return complete(answers);
  }

  private record Encoded(int index, NewTask task, byte[] head, String when, byte[] body) {

    static Encoded of(int index, NewTask task) {
      byte[] spec = SpecCodec.encode(task.spec(), null);
      return new Encoded(
          index,
          task,
          TaskRecord.head(task.spec(), null, spec.length),
          whenOf(task.spec()),
          TaskRecord.body(task.spec(), null, 0, spec));
    }

    int size() {
      return body.length;
    }

    boolean isLike(Encoded other) {
      return Arrays.equals(head, other.head) && when.equals(other.when);
    }
  }

  private void enqueue(Chunk<Encoded> chunk, @Nullable Enqueued[] answers) {
    List<Encoded> items = chunk.items();
    Args args = Args.ofCapacity(4 + 2 * items.size()).add(items.size());
    for (int from = 0, to = 1; from < items.size(); from = to, to++) {
      Encoded first = items.get(from);
      while (to < items.size() && items.get(to).isLike(first)) {
        to++;
      }
      args.add(first.head).add(first.when).add(to - from);
      for (Encoded item : items.subList(from, to)) {
        args.add(item.task.id()).add(item.body);
      }
    }
    List<Object> reply = calls.list(chunk.partition(), "task/enqueue", args);
    if (reply.size() < 2) {
      throw refusal(Replies.text(reply.getFirst()));
    }
    Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
    byte[] created = Replies.bytes(reply.get(1));
    int held = 2;
    for (int i = 0; i < chunk.items().size(); i++) {
      Encoded item = chunk.items().get(i);
      answers[item.index] =
          switch (created[i]) {
            case '1' -> new Enqueued(fresh(item.task, now), true);
            case '0' -> new Enqueued(require(item.task.id()), false);
            case 'f' -> new Enqueued(fresh(item.task, now), false, false, Refusal.GROUP_FULL);
            case 'u' ->
                new Enqueued(fresh(item.task, now), false, false, Refusal.UNITS_ABOVE_BURST);
            case 'b' -> throw new BatchClosedException(batchOf(item.task));
            default ->
                new Enqueued(
                    require(Replies.text(reply.get(held++))), false, created[i] == 'r', null);
          };
    }
  }

  private static String batchOf(NewTask task) {
    return Objects.requireNonNull(task.spec().batch()).batchId();
  }

  private static InvalidTaskException refusal(String reply) {
    return switch (reply) {
      case "too_many_members" -> RedisBatchStore.tooManyMembers();
      case "too_many_member_queues" -> RedisBatchStore.tooManyQueues();
      default -> tooManyQueues();
    };
  }

  static InvalidTaskException tooManyQueues() {
    return new InvalidTaskException(
        List.of(
            new Violation(
                "/queue",
                "too-many-queues",
                "would be one queue more than the 10000 there may be")));
  }

  private static String whenOf(TaskSpec spec) {
    Duration delay = spec.delay();
    Instant runAt = spec.runAt();
    if (delay != null && !delay.isZero()) {
      return "+" + delay.toMillis();
    }
    return runAt == null ? "" : Long.toString(runAt.toEpochMilli());
  }

  /** The task as the script has just stored it. */
  private static Task fresh(NewTask task, Instant now) {
    TaskSpec spec = task.spec();
    Instant due = spec.runAt();
    if (spec.delay() != null && !spec.delay().isZero()) {
      due = now.plusMillis(spec.delay().toMillis());
    } else if (due != null) {
      due = Instant.ofEpochMilli(due.toEpochMilli());
    }
    return new Task(
        task.id(),
        spec.toBuilder().delay(null).runAt(null).build(),
        null,
        due != null && due.isAfter(now) ? TaskState.SCHEDULED : TaskState.PENDING,
        now,
        now,
        null,
        due,
        0,
        spec.retryPolicy() == null ? 0 : spec.retryPolicy().maxAttempts(),
        0,
        0,
        0,
        0,
        false,
        null,
        null,
        List.of(),
        null,
        null);
  }

  @Override
  public Claim claim(ClaimRequest request) {
    Args args =
        Args.ofCapacity(16 + request.queues().size() + request.types().size())
            .add(TaskRecord.paddedWorker(request.workerId()))
            .add(request.claimId())
            .add(request.lease().toMillis())
            .add(request.most());
    request.shares().forEach(share -> args.add((long) share));
    args.add(MOST_BYTES).addAll(request.queues()).addAll(request.types());
    args.add(request.fit().slots()).addAll(request.fit().labels());
    args.add(request.fit().gathered().size());
    request
        .fit()
        .gathered()
        .forEach(
            (type, gathering) ->
                args.add(type).add(gathering.size()).add(gathering.within().toMillis()));
    List<Object> reply = calls.list(request.partition(), "task/claim", args);
    Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
    boolean repeat = Replies.flag(reply.get(2));
    int end = reply.size();
    Task waiting = null;
    if (Replies.number(reply.get(2)) == 2) {
      end -= 2;
      waiting = TaskRecord.decode(Replies.text(reply.get(end)), Replies.bytes(reply.get(end + 1)));
    }
    List<Claim.Leased> leased = new ArrayList<>((end - 3) / 2);
    for (int i = 3; i < end; i += 2) {
      String id = Replies.text(reply.get(i));
      byte[] record = Replies.bytes(reply.get(i + 1));
      Task task =
          repeat
              ? TaskRecord.decode(id, record)
              : TaskRecord.decodeClaimed(id, record, request.workerId(), now);
      Instant since = task.startedAt() == null ? now : task.startedAt();
      leased.add(
          new Claim.Leased(
              new Lease(id, task.generation(), request.claimId()),
              task,
              since.plus(request.lease())));
    }
    // the script looks again when it has passed some over, so a higher one may come later
    leased.sort(Comparator.comparing(l -> l.task().spec().priority()));
    return new Claim(leased, now, Replies.time(reply.get(1)), waiting);
  }

  @Override
  public List<Settled> settle(List<Settlement> settlements) {
    @Nullable Settled[] answers = new Settled[settlements.size()];
    List<Ending> left = new ArrayList<>(settlements.size());
    for (int i = 0; i < settlements.size(); i++) {
      left.add(Ending.of(i, settlements.get(i)));
    }
    while (!left.isEmpty()) {
      // Of a task that is named twice the first counts, so the second goes with a later call.
      Set<String> named = new HashSet<>();
      Map<Boolean, List<Ending>> firsts =
          left.stream().collect(Collectors.partitioningBy(e -> named.add(e.lease.taskId())));
      for (Chunk<Ending> chunk :
          Chunk.split(
              firsts.getOrDefault(true, List.of()),
              e -> TaskId.partitionOf(e.lease.taskId()),
              Ending::size,
              Ending::work)) {
        settle(chunk, answers);
      }
      left = firsts.getOrDefault(false, List.of());
    }
    return complete(answers);
  }

  private void settle(Chunk<Ending> chunk, @Nullable Settled[] answers) {
    List<Ending> successes = chunk.items().stream().filter(Ending::succeeded).toList();
    List<Ending> others = chunk.items().stream().filter(e -> !e.succeeded()).toList();
    Args args =
        Args.ofCapacity(2 + 3 * successes.size() + 6 * others.size())
            .add(successes.size())
            .add(others.size());
    String before = "";
    for (Ending ending : successes) {
      String lease = stored(ending.lease);
      args.add(ending.lease.taskId()).add(lease.equals(before) ? "" : lease).add(ending.content);
      before = lease;
    }
    for (Ending ending : others) {
      args.add(ending.lease.taskId())
          .add(stored(ending.lease))
          .add(ending.to)
          .add(ending.number)
          .add(ending.maxAttempts)
          .add(ending.content);
    }
    String reply = calls.word(chunk.partition(), "task/settle", args);
    for (int i = 0; i < chunk.items().size(); i++) {
      Ending ending = i < successes.size() ? successes.get(i) : others.get(i - successes.size());
      char letter = reply.charAt(i);
      answers[ending.index] = new Settled(letter == '-' ? null : TaskState.ofCode(letter));
    }
    if (reply.endsWith("+")) {
      runs.go(chunk.partition());
    }
  }

  /** An outcome in the script's words. */
  private record Ending(
      int index, Lease lease, String to, String number, String maxAttempts, byte[] content) {

    private static final byte[] NOTHING = new byte[0];

    int size() {
      return content.length;
    }

    /** What is not a success opens the record and notes the attempt. */
    int work() {
      return succeeded() ? 1 : 4;
    }

    boolean succeeded() {
      return to.equals("D");
    }

    static Ending of(int index, Settlement settlement) {
      Lease lease = settlement.lease();
      return switch (settlement.outcome()) {
        case Outcome.Succeeded(Json result) ->
            new Ending(index, lease, "D", "", "", result.isNull() ? NOTHING : result.utf8());
        case Outcome.Retrying(var error, var delay, int most) ->
            new Ending(index, lease, "T", millis(delay), fiveDigits(most), SpecCodec.encode(error));
        case Outcome.Failed(var error, var reason, int most) ->
            new Ending(
                index,
                lease,
                "F",
                String.valueOf(reason.code()),
                fiveDigits(most),
                SpecCodec.encode(error));
        case Outcome.Released() -> new Ending(index, lease, "P", "", "", NOTHING);
        case Outcome.Snoozed(var delay) ->
            new Ending(index, lease, "S", millis(delay), "", NOTHING);
        case Outcome.SlowedDown(var time, var scope) ->
            new Ending(index, lease, "P", millis(time), letter(scope), NOTHING);
      };
    }

    /** The first letter of what is closed. */
    private static String letter(RateLimitedException.Scope scope) {
      return switch (scope) {
        case TASK -> throw new IllegalArgumentException("a task alone is snoozed");
        case GROUP -> "g";
        case LIMIT -> "l";
        case TYPE -> "t";
        case QUEUE -> "q";
      };
    }

    private static String millis(Duration delay) {
      return Long.toString(delay.toMillis());
    }

    private static String fiveDigits(int number) {
      return String.format(Locale.ROOT, "%05d", number);
    }
  }

  @Override
  public List<Heartbeat> heartbeat(List<Lease> leases, Duration lease) {
    @Nullable Heartbeat[] answers = new Heartbeat[leases.size()];
    List<Integer> indexes = new ArrayList<>(leases.size());
    for (int i = 0; i < leases.size(); i++) {
      indexes.add(i);
    }
    for (Chunk<Integer> chunk :
        Chunk.split(indexes, i -> TaskId.partitionOf(leases.get(i).taskId()), i -> 0)) {
      Args args = Args.ofCapacity(2 + 2 * chunk.items().size()).add(lease.toMillis());
      args.add(chunk.items().size());
      for (int i : chunk.items()) {
        args.add(leases.get(i).taskId()).add(stored(leases.get(i)));
      }
      String reply = calls.word(chunk.partition(), "task/heartbeat", args);
      for (int i = 0; i < chunk.items().size(); i++) {
        answers[chunk.items().get(i)] =
            switch (reply.charAt(i)) {
              case 'h' -> Heartbeat.HELD;
              case 'c' -> Heartbeat.CANCEL_REQUESTED;
              default -> Heartbeat.LOST;
            };
      }
    }
    return complete(answers);
  }

  @Override
  public boolean progress(Lease lease, Progress progress) {
    var json = SpecCodec.object().put("percent", progress.percent());
    if (progress.message() != null) {
      json.put("message", progress.message());
    }
    return ok(
        calls.word(
            TaskId.partitionOf(lease.taskId()),
            "task/progress",
            Args.of()
                .add(lease.taskId())
                .add(stored(lease))
                .add(SpecCodec.bytes(json))
                .add(progress.percent())));
  }

  @Override
  public boolean log(Lease lease, String operation, List<LogLine> lines) {
    Args args =
        Args.ofCapacity(5 + 3 * lines.size())
            .add(lease.taskId())
            .add(stored(lease))
            .add(operation)
            .add(TaskLogs.MOST_LINES)
            .add(lines.size());
    for (LogLine line : lines) {
      args.add(line.time().toEpochMilli()).add(line.stream()).add(line.line());
    }
    return ok(calls.word(TaskId.partitionOf(lease.taskId()), "task/log", args));
  }

  @Override
  public Task cancel(String id) {
    String reply = calls.word(partition(id), "task/cancel", Args.of().addAll(List.of(id)));
    if (reply.equals("-")) {
      throw new TaskNotFoundException(id);
    }
    TaskState state = TaskState.ofCode(reply.charAt(0));
    if (state.isFinal() && state != TaskState.CANCELLED) {
      throw new IllegalMoveException("cancel", id, state);
    }
    return require(id);
  }

  @Override
  public Task retry(String id, String operation) {
    move("retry", id, "task/retry", Args.of().add(id).add(operation));
    return require(id);
  }

  @Override
  public Task runNow(String id) {
    move("run", id, "task/run_now", Args.of().add(id));
    return require(id);
  }

  @Override
  public void delete(String id) {
    String operation = id + "." + System.nanoTime();
    move("delete", id, "task/delete", Args.of().add(id).add(operation));
  }

  private void move(String verb, String id, String script, Args args) {
    String reply = calls.word(partition(id), script, args);
    switch (reply) {
      case "ok" -> {}
      case "not_found" -> throw new TaskNotFoundException(id);
      case "step" ->
          throw new IllegalMoveException(
              verb, id, require(id).state(), "it is a step of a workflow run, which decides");
      case "member" ->
          throw new IllegalMoveException(
              verb, id, require(id).state(), "it is a member of a batch that has not ended");
      default -> {
        if (reply.startsWith("held ")) {
          throw new UniqueConflictException(reply.substring("held ".length()));
        }
        throw new IllegalMoveException(verb, id, TaskState.ofCode(reply.charAt(0)));
      }
    }
  }

  private Task require(String id) {
    return query.find(id).orElseThrow(() -> new TaskNotFoundException(id));
  }

  private static int partition(String id) {
    if (!TaskId.isValid(id)) {
      throw new TaskNotFoundException(id);
    }
    return TaskId.partitionOf(id);
  }

  private static boolean ok(String reply) {
    return reply.equals("ok");
  }

  /** Generation and nonce as they stand in a record. */
  private static String stored(Lease lease) {
    StringBuilder text = new StringBuilder(26);
    TaskRecord.pad(text, lease.generation(), 4);
    return text.append(lease.nonce()).toString();
  }

  private static <T> List<T> complete(@Nullable T[] answers) {
    @SuppressWarnings("NullAway") // every index belongs to exactly one chunk
    List<T> list = (List<T>) Arrays.asList(answers);
    return list;
  }
}
