package io.taskorch.redis;

import io.taskorch.redis.ChildRuns.Begun;
import io.taskorch.store.Homes;
import io.taskorch.store.TaskQuery;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.StorageFullException;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskorchException;
import io.taskorch.task.Violations;
import io.taskorch.workflow.Condition;
import io.taskorch.workflow.Condition.Upstream;
import io.taskorch.workflow.ConditionFailedException;
import io.taskorch.workflow.PayloadReferences.Values;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.UnresolvedReferenceException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of steps that nothing in the graph holds back, but that need more than a
 * worker: a condition, a list, a time, a word from outside, another run. What it decides follows
 * from what is stored alone, and the script that writes it down takes it only for a step that is
 * still as it was, so that any number of programs may decide the same step.
 */
final class StepDecider {

  private static final Logger log = LoggerFactory.getLogger(StepDecider.class);

  private static final int MOST_STEPS = 20;

  /** Until then nobody else is given a step; a program that dies over it delays it by so much. */
  private static final Duration TURN = Duration.ofSeconds(10);

  private final RedisCalls calls;
  private final TaskQuery query;
  private final ChildRuns children;

  StepDecider(RedisCalls calls, TaskQuery query, RedisDefinitionStore definitions, Homes homes) {
    this.calls = calls;
    this.query = query;
    this.children = new ChildRuns(calls, definitions, homes);
  }

  /**
   * A step to decide on.
   *
   * @param index -1 for a run that is to be undone
   * @param child the run that it began, as it is remembered; empty for none
   * @param childState null when that run is not stored, or not wholly
   * @param depth how many runs began one another up to its own
   */
  record Undecided(
      int partition,
      Instant now,
      String runId,
      int index,
      RunState runState,
      boolean cancelled,
      String child,
      @Nullable RunState childState,
      int depth,
      String taskId,
      byte[] record) {

    StoredStep step() {
      return TaskRecord.storedStep(record);
    }

    Task task() {
      return TaskRecord.decode(taskId, record);
    }
  }

  /**
   * What becomes of a step, in the words of {@code run/decide.lua}.
   *
   * @param child the run that it begins; null for none
   */
  record Move(String to, byte[] first, byte[] second, @Nullable RunUpload child) {

    private static final byte[] NOTHING = new byte[0];

    static Move of(String to, String first, String second) {
      return new Move(to, Args.bytes(first), Args.bytes(second), null);
    }

    static Move start() {
      return of("R", "", "");
    }

    static Move end(char state, Reason reason) {
      return of(String.valueOf(state), String.valueOf(reason.code()), "");
    }

    static Move succeed(Json result) {
      return new Move("D", result.isNull() ? NOTHING : result.utf8(), NOTHING, null);
    }

    static Move fail(Reason reason, TaskError error) {
      return new Move(
          "F", Args.bytes(String.valueOf(reason.code())), SpecCodec.encode(error), null);
    }

    /**
     * @param until null for only when it is woken
     * @param signal empty for none
     */
    static Move await(@Nullable Instant until, String signal) {
      return of("W", until == null ? "" : Long.toString(until.toEpochMilli()), signal);
    }

    /**
     * @param lookAgain when to look whether that run has been stored
     */
    static Move begin(Begun begun, Instant lookAgain, RunUpload child) {
      return new Move(
          "N",
          Args.bytes(begun.remembered()),
          Args.bytes(Long.toString(lookAgain.toEpochMilli())),
          child);
    }
  }

  /**
   * What a look at a partition has found.
   *
   * @param leftOver whether {@code run/advance} has something to do
   * @param nextDecision when a step is to be decided next; null when none is known
   */
  record Look(Instant now, int decided, boolean leftOver, @Nullable Instant nextDecision) {}

  /** Decides on some steps. */
  Look decide(int partition) {
    List<Object> reply =
        calls.list(
            partition,
            "run/undecided",
            Args.of().add(MOST_STEPS).add(TURN.toMillis()).add(RedisTaskStore.MOST_BYTES));
    Instant now = Instant.ofEpochMilli(Replies.number(reply.get(0)));
    String next = Replies.text(reply.get(1));
    int decided = 0;
    for (int i = 3; i < reply.size(); i += 9) {
      Undecided step = undecided(partition, now, reply.subList(i, i + 9));
      try {
        decide(step);
        decided++;
      } catch (StoreUnavailableException | StorageFullException e) {
        throw e;
      } catch (RuntimeException e) {
        log.error("step {} of run {}: no decision", step.index, step.runId, e);
      }
    }
    return new Look(
        now,
        decided,
        Replies.flag(reply.get(2)),
        next.isEmpty() ? null : Instant.ofEpochMilli(Long.parseLong(next)));
  }

  private static Undecided undecided(int partition, Instant now, List<Object> row) {
    String childState = Replies.text(row.get(5));
    return new Undecided(
        partition,
        now,
        Replies.text(row.get(0)),
        (int) Replies.number(row.get(1)),
        RunState.ofCode(Replies.text(row.get(2)).charAt(0)),
        Replies.flag(row.get(3)),
        Replies.text(row.get(4)),
        childState.isEmpty() || childState.equals("G")
            ? null
            : RunState.ofCode(childState.charAt(0)),
        (int) Replies.number(row.get(6)),
        Replies.text(row.get(7)),
        Replies.bytes(row.get(8)));
  }

  private void decide(Undecided step) {
    if (step.index < 0) {
      children.undo(step);
      return;
    }
    try {
      apply(step, moveOf(step));
    } catch (UnresolvedReferenceException e) {
      apply(step, undecidable(e.kind(), e));
    } catch (ConditionFailedException e) {
      apply(step, undecidable(e.kind(), e));
    } catch (StoreUnavailableException | StorageFullException e) {
      throw e;
    } catch (TaskorchException e) {
      // What somebody wrote cannot be done, now or later.
      apply(step, undecidable("undecidable", e));
    }
  }

  private static Move undecidable(String kind, Exception e) {
    return Move.fail(Reason.UNDECIDABLE, TaskError.of(kind, String.valueOf(e.getMessage())));
  }

  /** Writes down what becomes of a step. */
  private void apply(Undecided step, Move move) {
    String reply =
        calls.word(
            step.partition,
            "run/decide",
            Args.of()
                .add(step.runId)
                .add(step.index)
                .add(TaskRecord.generation(step.record))
                .add(move.to)
                .add(move.first)
                .add(move.second));
    if (reply.equals("too_many")) {
      apply(
          step,
          Move.fail(
              Reason.UNDECIDABLE,
              TaskError.of("too-many-runs", "too many runs have come about from one")));
    } else if (move.child != null && reply.equals("ok")) {
      // Once is enough, and often does no harm.
      move.child.store(calls);
    }
  }

  private Move moveOf(Undecided undecided) {
    StoredStep step = undecided.step();
    if (!undecided.child.isEmpty()) {
      return children.moveOf(undecided, step);
    }
    if (undecided.cancelled) {
      return Move.end('C', Reason.RUN_CANCELLED);
    }
    Instant began = TaskRecord.Header.of(undecided.record).started();
    if (began == null && step.when() != null && !isTrue(undecided, step)) {
      return Move.end('K', Reason.CONDITION_FALSE);
    }
    if (step.forEach() != null) {
      return children.forElements(undecided, step);
    }
    return switch (step.kind()) {
      case TASK -> Move.start();
      case WAIT -> waitFor(undecided, step, began);
      case SIGNAL -> signalled(undecided, step, began);
      case APPROVAL -> awaitInTime(undecided, began, "");
      case WORKFLOW -> children.forWorkflow(undecided, step);
    };
  }

  private boolean isTrue(Undecided undecided, StoredStep step) {
    Violations wrong = new Violations();
    Optional<Condition> condition = Condition.read(String.valueOf(step.when()), "/when", wrong);
    wrong.throwIfAny();
    Map<String, Upstream> upstream = new HashMap<>();
    for (String name : condition.orElseThrow().steps()) {
      Task task = query.find(String.valueOf(step.needs().get(name))).orElseThrow();
      TaskError error = task.attempts().isEmpty() ? null : task.attempts().getLast().error();
      Json result = Objects.requireNonNullElse(task.result(), Json.NULL);
      upstream.put(name, new Upstream(task.state(), result, error));
    }
    Json input =
        condition.get().refersToInput()
            ? RunInputs.read(calls, step.inputRun(undecided.runId), Map.of()).input()
            : Json.NULL;
    return condition.get().test(input, upstream);
  }

  /** The input of the step's run, and the results of the steps that deciding on it needs. */
  static Values values(RedisCalls calls, String runId, Iterable<String> steps, StoredStep step) {
    Map<String, String> ids = new HashMap<>();
    steps.forEach(name -> ids.put(name, String.valueOf(step.needs().get(name))));
    var input = RunInputs.read(calls, step.inputRun(runId), ids);
    return new Values(input.input(), input.results(), step.element());
  }

  private static Move waitFor(Undecided undecided, StoredStep step, @Nullable Instant began) {
    Instant from = began == null ? undecided.now : began;
    Instant until = step.delay() == null ? step.runAt() : from.plus(step.delay());
    return until == null || !undecided.now.isBefore(until)
        ? Move.succeed(Json.NULL)
        : Move.await(until, "");
  }

  private Move signalled(Undecided undecided, StoredStep step, @Nullable Instant began) {
    String name = String.valueOf(step.signal());
    List<Object> sent =
        calls.list(undecided.partition, "run/signals", Args.of().add(undecided.runId).add(name));
    byte[] payload = Replies.bytes(sent.getFirst());
    if (payload.length > 0) {
      return Move.succeed(Json.ofUtf8(payload));
    }
    return awaitInTime(undecided, began, name);
  }

  /** Waits for a word from outside, for as long as the step says. */
  private static Move awaitInTime(Undecided undecided, @Nullable Instant began, String signal) {
    Duration timeout = undecided.task().spec().timeout();
    if (timeout == null) {
      return Move.await(null, signal);
    }
    Instant until = (began == null ? undecided.now : began).plus(timeout);
    if (undecided.now.isBefore(until)) {
      return Move.await(until, signal);
    }
    return Move.fail(Reason.TIMED_OUT, TaskError.of("timed-out", "nobody answered in time"));
  }

  /** The result of a step, if it is not too large for one. */
  static Move succeedWith(Json result) {
    if (result.size() > Outcome.MOST_RESULT_BYTES) {
      return Move.fail(
          Reason.UNDECIDABLE,
          TaskError.of(
              "result-too-large",
              "the results have more than " + Outcome.MOST_RESULT_BYTES + " bytes together"));
    }
    return Move.succeed(result);
  }

  /** An id of this partition that follows from a step and from how often it has begun. */
  static String childId(Undecided step) {
    byte[] digest =
        Sha256.of(
            Args.bytes(step.runId + "/" + step.index + "/" + TaskRecord.generation(step.record)));
    return TaskId.of(TaskId.timeOf(step.runId), digest, step.partition);
  }
}
