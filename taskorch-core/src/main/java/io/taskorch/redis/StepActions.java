package io.taskorch.redis;

import io.taskorch.store.RunStore;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violation;
import io.taskorch.workflow.Dag;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What people do to steps, in the words of {@code run/act.lua}. */
final class StepActions {

  private static final byte[] NOTHING = new byte[0];

  private final RedisCalls calls;
  private final RunStore runs;

  StepActions(RedisCalls calls, RunStore runs) {
    this.calls = calls;
    this.runs = runs;
  }

  /** See {@link RunStore#act}. */
  void act(
      String runId, int index, String taskId, StepAction action, String actor, String operation) {
    byte[] first = NOTHING;
    byte[] second = NOTHING;
    switch (action) {
      case StepAction.Approve approve -> first = answer(runId, taskId, actor, approve.note());
      case StepAction.Reject reject -> {
        requireApproval(taskId);
        String note = reject.note();
        first =
            SpecCodec.encode(
                TaskError.of("rejected", "by " + actor + (note == null ? "" : ": " + note)));
      }
      case StepAction.Skip skip -> {}
      case StepAction.Succeed(var step, var note, Json result) ->
          first = result.isNull() ? NOTHING : result.utf8();
      case StepAction.Rerun(var step, var note, Json input) -> {
        if (input != null) {
          StoredTask edited = edited(runId, index, step, input);
          first = edited.spec;
          second = edited.payload;
        }
      }
    }
    Args args =
        Args.of()
            .add(runId)
            .add(index)
            .add(operation)
            .add(verb(action))
            .add(actor)
            .add(first)
            .add(second)
            .add(Objects.requireNonNullElse(action.note(), ""));
    check(calls.word(TaskId.partitionOf(runId), "run/act", args), runId, taskId, verb(action));
  }

  private static String verb(StepAction action) {
    return switch (action) {
      case StepAction.Approve approve -> "approve";
      case StepAction.Reject reject -> "reject";
      case StepAction.Skip skip -> "skip";
      case StepAction.Succeed succeed -> "succeed";
      case StepAction.Rerun rerun -> "rerun";
    };
  }

  private static void check(String reply, String runId, String taskId, String verb) {
    String[] words = reply.split(" ", 2);
    switch (words[0]) {
      case "ok" -> {}
      case "not_found" -> throw new TaskNotFoundException(runId);
      case "run" ->
          throw new IllegalRunMoveException(
              verb + " a step of", runId, RunState.ofCode(words[1].charAt(0)));
      case "step" ->
          throw new IllegalMoveException(verb, taskId, TaskState.ofCode(words[1].charAt(0)));
      case "idle" ->
          throw new IllegalMoveException(
              verb, taskId, TaskState.BLOCKED, "nobody is asked for it yet");
      case "begun" ->
          throw new IllegalMoveException(
              verb, taskId, TaskState.BLOCKED, "it has begun a run, which can be cancelled");
      default -> throw new IllegalStateException("unknown reply " + reply);
    }
  }

  private void requireApproval(String taskId) {
    if (stored(taskId).kind() != Kind.APPROVAL) {
      throw new IllegalMoveException("answer", taskId, TaskState.BLOCKED, "it is not an approval");
    }
  }

  private StoredStep stored(String taskId) {
    return TaskRecord.storedStep(record(taskId));
  }

  private byte[] record(String taskId) {
    List<Object> records =
        calls.list(
            TaskId.partitionOf(taskId),
            "task/records",
            Args.of().add(RedisTaskStore.MOST_BYTES).addAll(List.of(taskId)));
    byte[] record = Replies.bytes(records.getFirst());
    if (record.length == 0) {
      throw new TaskNotFoundException(taskId);
    }
    return record;
  }

  /** The result of an approval: {@code {"approved":true,"by":…,"note":…}}. */
  private byte[] answer(String runId, String taskId, String actor, @Nullable String note) {
    requireApproval(taskId);
    return SpecCodec.bytes(
        SpecCodec.object().put("approved", true).put("by", actor).put("note", note));
  }

  private record StoredTask(byte[] spec, byte[] payload) {}

  /** The task of a step with another payload, if the workflow is valid with it. */
  private StoredTask edited(String runId, int index, String name, Json input) {
    WorkflowDefinition definition = runs.definition(runId);
    List<Step> steps = new ArrayList<>(definition.steps());
    Step step = steps.get(index);
    if (step.kind() != Kind.TASK && step.kind() != Kind.WORKFLOW) {
      throw new InvalidTaskException(
          List.of(
              new Violation(
                  "/input", "conflict", "is not for a step of the kind " + step.kind().word())));
    }
    TaskSpec task;
    WorkflowDefinition changed;
    try {
      task = step.task().toBuilder().payload(input).build();
      steps.set(index, step.withTask(task));
      changed = new WorkflowDefinition(definition.name(), steps);
    } catch (InvalidTaskException e) {
      throw new InvalidTaskException(
          e.violations().stream()
              .map(v -> new Violation("/input" + belowPayload(v.pointer()), v.code(), v.detail()))
              .toList());
    }
    Dag dag = Dag.of(changed);
    StoredStep stored = RedisRunStore.uploaded(runId, dag, Map.of()).get(dag.place(name)).stored();
    return new StoredTask(SpecCodec.encode(task, stored), input.utf8());
  }

  private static String belowPayload(String pointer) {
    return pointer.replaceFirst("^(/steps/\\d+)?/(payload|input)", "");
  }
}
