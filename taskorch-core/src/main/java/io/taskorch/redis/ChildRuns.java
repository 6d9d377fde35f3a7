package io.taskorch.redis;

import io.taskorch.json.InputSchema;
import io.taskorch.redis.RunUpload.UploadedStep;
import io.taskorch.redis.StepDecider.Move;
import io.taskorch.redis.StepDecider.Undecided;
import io.taskorch.store.DefinitionStore;
import io.taskorch.store.Homes;
import io.taskorch.task.Element;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.Reason;
import io.taskorch.task.StorageFullException;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskorchException;
import io.taskorch.workflow.Dag;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.DefinitionNotFoundException;
import io.taskorch.workflow.Elements;
import io.taskorch.workflow.PayloadReferences;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepReferences;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs that a step of another run begins: for the elements of a list, of another workflow, or to
 * undo what a run did. Such a run lies in the partition of the other, is cancelled and deleted with
 * it, and its end has the step decided again.
 */
final class ChildRuns {

  private static final Logger log = LoggerFactory.getLogger(ChildRuns.class);

  /** More runs that began one another are taken for one that begins itself. */
  static final int MOST_DEPTH = 10;

  /** When to look whether a run that was begun has been stored. */
  private static final Duration UPLOAD = Duration.ofSeconds(10);

  private static final int RESULTS_A_CALL = 200;

  private final RedisCalls calls;
  private final Homes homes;
  private final RedisDefinitionStore definitions;

  ChildRuns(RedisCalls calls, RedisDefinitionStore definitions, Homes homes) {
    this.homes = homes;
    this.calls = calls;
    this.definitions = definitions;
  }

  /**
   * What a step remembers of the run that it began: enough to store it again, the same.
   *
   * @param version of the definition; 0 for none
   */
  record Begun(String id, int version) {

    static Begun of(String remembered) {
      return new Begun(
          remembered.substring(0, TaskId.LENGTH),
          remembered.length() > TaskId.LENGTH
              ? Integer.parseInt(remembered.substring(TaskId.LENGTH + 1))
              : 0);
    }

    String remembered() {
      return version == 0 ? id : id + " " + version;
    }
  }

  private Move begin(Undecided undecided, StoredStep step, Begun child) {
    if (undecided.depth() >= MOST_DEPTH) {
      return Move.fail(
          Reason.UNDECIDABLE,
          TaskError.of("too-deep", "more than " + MOST_DEPTH + " runs would begin one another"));
    }
    RunUpload upload =
        step.forEach() == null
            ? ofWorkflow(undecided, step, child)
            : ofElements(undecided, step, child);
    return upload.steps().isEmpty()
        ? Move.succeed(Json.of("[]"))
        : Move.begin(child, undecided.now().plus(UPLOAD), upload);
  }

  /** What becomes of a step with {@code for_each} that has not begun a run. */
  Move forElements(Undecided undecided, StoredStep step) {
    return begin(undecided, step, new Begun(StepDecider.childId(undecided), 0));
  }

  private List<Json> elements(Undecided undecided, StoredStep step) {
    PayloadReferences list =
        StepReferences.ofList(String.valueOf(step.forEach()), step.needs().keySet());
    return Elements.of(
        list.resolve(StepDecider.values(calls, undecided.runId(), list.steps(), step)));
  }

  /** What becomes of a step of another workflow that has not begun a run. */
  Move forWorkflow(Undecided undecided, StoredStep step) {
    DefinitionStore.Stored stored = definition(step, step.version());
    Begun child = new Begun(StepDecider.childId(undecided), stored.version().number());
    return begin(undecided, step, child);
  }

  private DefinitionStore.Stored definition(StoredStep step, @Nullable Integer version) {
    String name = String.valueOf(step.workflow());
    return definitions
        .find(name, version)
        .orElseThrow(() -> new DefinitionNotFoundException(name, version));
  }

  /** What becomes of a step that has begun a run. */
  Move moveOf(Undecided undecided, StoredStep step) {
    RunState state = undecided.childState();
    if (state == null) {
      return undecided.cancelled()
          ? Move.end('C', Reason.RUN_CANCELLED)
          : begin(undecided, step, Begun.of(undecided.child()));
    }
    return switch (state) {
      case RUNNING, COMPENSATING -> Move.await(null, "");
      case CANCELLED ->
          Move.end('C', undecided.cancelled() ? Reason.RUN_CANCELLED : Reason.CANCELLED);
      case FAILED, COMPENSATED ->
          Move.fail(
              Reason.RUN_FAILED,
              TaskError.of("run-failed", "the run " + Begun.of(undecided.child()).id + " failed"));
      case SUCCEEDED -> {
        String id = Begun.of(undecided.child()).id;
        yield StepDecider.succeedWith(step.forEach() == null ? ofLastSteps(id) : listOfResults(id));
      }
    };
  }

  private RunUpload ofElements(Undecided undecided, StoredStep step, Begun child) {
    TaskSpec task =
        undecided.task().spec().toBuilder().delay(step.delay()).runAt(step.runAt()).build();
    String inputRun = step.inputRun(undecided.runId());
    List<Json> elements = elements(undecided, step);
    List<UploadedStep> steps = new ArrayList<>(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Step each =
          Step.of(Integer.toString(i), step.kind(), task)
              .onFailure(step.onFailure())
              .workflow(step.workflow(), step.version())
              .build();
      StoredStep stored =
          StoredStep.of(
              each,
              step.upstream(),
              step.refersToInput(),
              inputRun,
              new Element(elements.get(i), i),
              Map.of());
      steps.add(UploadedStep.alone(each, stored));
    }
    int window = step.maxParallel() == null ? 0 : Math.min(step.maxParallel(), elements.size());
    return new RunUpload(
        child.id,
        step.name(),
        null,
        Json.NULL,
        steps,
        undecided.runId() + " " + undecided.index(),
        undecided.depth() + 1,
        window);
  }

  private RunUpload ofWorkflow(Undecided undecided, StoredStep step, Begun child) {
    DefinitionStore.Stored stored = definition(step, child.version);
    DefinitionJson.Content content = DefinitionJson.read(stored.document());
    PayloadReferences input =
        PayloadReferences.of(undecided.task().spec().payload(), step.upstream().keySet());
    String inputRun = step.inputRun(undecided.runId());
    var values = RunInputs.read(calls, inputRun, step.upstream());
    Json resolved =
        input.resolve(
            new PayloadReferences.Values(values.input(), values.results(), step.element()));
    Json schema = content.inputSchema();
    if (schema != null) {
      InputSchema.of(schema).check(resolved);
    }
    homes.require(
        content.definition().steps().stream().map(Step::task).toList(),
        TaskId.partitionOf(child.id));
    return new RunUpload(
        child.id,
        content.definition().name(),
        child.version,
        resolved,
        RedisRunStore.uploaded(child.id, Dag.of(content.definition()), Map.of()),
        undecided.runId() + " " + undecided.index(),
        undecided.depth() + 1,
        0);
  }

  /** The results of all steps in their order, null for one that has none. */
  private Json listOfResults(String runId) {
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    int partition = TaskId.partitionOf(runId);
    list.write('[');
    for (int from = 0; ; ) {
      List<Object> results =
          calls.list(
              partition,
              "run/results",
              Args.of().add(runId).add(from).add(RESULTS_A_CALL).add(RedisTaskStore.MOST_BYTES));
      for (Object result : results) {
        list.writeBytes(from++ == 0 ? new byte[0] : Args.bytes(","));
        byte[] bytes = Replies.bytes(result);
        list.writeBytes(bytes.length == 0 ? Json.NULL.utf8() : bytes);
      }
      // What is too large already need not be read to its end.
      if (results.isEmpty() || list.size() > Outcome.MOST_RESULT_BYTES) {
        list.write(']');
        return Json.ofUtf8(list.toByteArray());
      }
    }
  }

  /** The results of the steps that no other one depends on, by name. */
  private Json ofLastSteps(String runId) {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    object.write('{');
    int from = 0;
    // What is too large already need not be read to its end.
    while (from >= 0 && object.size() <= Outcome.MOST_RESULT_BYTES) {
      List<Object> reply =
          calls.list(
              TaskId.partitionOf(runId),
              "run/last_results",
              Args.of().add(runId).add(from).add(RESULTS_A_CALL).add(RedisTaskStore.MOST_BYTES));
      from = (int) Replies.number(reply.getFirst());
      for (int i = 1; i < reply.size(); i += 2) {
        // A name has no character that JSON would escape.
        String before = object.size() == 1 ? "\"" : ",\"";
        object.writeBytes(Args.bytes(before + Replies.text(reply.get(i)) + "\":"));
        byte[] result = Replies.bytes(reply.get(i + 1));
        object.writeBytes(result.length == 0 ? Json.NULL.utf8() : result);
      }
    }
    object.write('}');
    return Json.ofUtf8(object.toByteArray());
  }

  /** What becomes of a run that is to be undone. */
  void undo(Undecided undecided) {
    try {
      goOnUndoing(undecided);
    } catch (StoreUnavailableException | StorageFullException e) {
      throw e;
    } catch (TaskorchException e) {
      log.error("run {} cannot be undone", undecided.runId(), e);
      end(undecided, RunState.FAILED);
    }
  }

  private void end(Undecided undecided, RunState state) {
    calls.word(
        undecided.partition(),
        "run/undo",
        Args.of().add(undecided.runId()).add(String.valueOf(state.code())).add("").add(""));
  }

  private void goOnUndoing(Undecided undecided) {
    Args args = Args.of().add(undecided.runId());
    RunState state = undecided.childState();
    if (state == null) {
      List<UploadedStep> steps = compensations(undecided);
      if (steps.isEmpty()) {
        end(undecided, RunState.FAILED);
        return;
      }
      String id = undoingId(undecided.runId());
      long lookAgain = undecided.now().plus(UPLOAD).toEpochMilli();
      calls.word(undecided.partition(), "run/undo", args.add("N").add(id).add(lookAgain));
      new RunUpload(
              id,
              "compensation",
              null,
              Json.NULL,
              steps,
              undecided.runId() + " -1",
              undecided.depth() + 1,
              0)
          .store(calls);
    } else if (state.isFinal()) {
      end(undecided, state == RunState.SUCCEEDED ? RunState.COMPENSATED : RunState.FAILED);
    } else {
      calls.word(undecided.partition(), "run/undo", args.add("W").add("").add(""));
    }
  }

  private static String undoingId(String runId) {
    return TaskId.of(
        TaskId.timeOf(runId), Sha256.of(Args.bytes(runId + "/undo")), TaskId.partitionOf(runId));
  }

  private record Compensation(Instant ended, int index, Step step, StoredStep stored) {}

  /** The steps that undo what has succeeded, one after the other, the last that ended first. */
  private List<UploadedStep> compensations(Undecided undecided) {
    List<Compensation> found = new ArrayList<>();
    for (int from = 0; ; ) {
      List<Object> reply =
          calls.list(
              undecided.partition(),
              "run/succeeded",
              Args.of()
                  .add(undecided.runId())
                  .add(from)
                  .add(RedisTaskStore.MOST_TASKS)
                  .add(RedisTaskStore.MOST_BYTES));
      from = (int) Replies.number(reply.getFirst());
      for (int i = 1; i < reply.size(); i += 3) {
        int index = (int) Replies.number(reply.get(i));
        byte[] record = Replies.bytes(reply.get(i + 2));
        StoredStep step = TaskRecord.storedStep(record);
        if (step.compensateWith() != null) {
          String id = Replies.text(reply.get(i + 1));
          found.add(compensation(undecided, index, TaskRecord.decode(id, record), step));
        }
      }
      if (from < 0) {
        break;
      }
    }
    found.sort(
        Comparator.comparing(Compensation::ended).thenComparing(Compensation::index).reversed());
    int size = found.size();
    return IntStream.range(0, size)
        .mapToObj(
            i ->
                new UploadedStep(
                    found.get(i).step,
                    found.get(i).stored,
                    i == 0 ? new int[0] : new int[] {i - 1},
                    i == size - 1 ? new int[0] : new int[] {i + 1},
                    ""))
        .toList();
  }

  /**
   * The payload is what the step had, of one that was done for each element its list, and its
   * result; both are found when a worker takes the task.
   */
  private static Compensation compensation(
      Undecided undecided, int index, Task done, StoredStep step) {
    Map<String, String> upstream = new HashMap<>(step.upstream());
    upstream.putAll(step.needs());
    upstream.put(step.name(), done.id());
    TaskSpec spec = done.spec();
    Json payload =
        Json.of(
            "{\"input\":"
                + (step.forEach() == null ? spec.payload() : '"' + step.forEach() + '"')
                + ",\"result\":\"${steps."
                + step.name()
                + ".result}\"}");
    TaskSpec task =
        TaskSpec.builder(String.valueOf(step.compensateWith()))
            .payload(payload)
            .queue(spec.queue())
            .priority(spec.priority())
            .tags(spec.tags())
            .metadata(spec.metadata())
            .build();
    Step undoing = Step.task(step.name(), task).build();
    String inputRun = step.inputRun(undecided.runId());
    StoredStep stored =
        StoredStep.of(
            undoing,
            upstream,
            step.refersToInput() || step.forEach() != null,
            inputRun,
            step.element(),
            Map.of());
    return new Compensation(done.updatedAt(), index, undoing, stored);
  }
}
