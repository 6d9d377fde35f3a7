package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.api.task.RetryPolicyBody;
import io.taskorch.api.task.SequenceBody;
import io.taskorch.api.task.TaskFields;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import io.taskorch.workflow.Join;
import io.taskorch.workflow.Kind;
import io.taskorch.workflow.OnFailure;
import io.taskorch.workflow.Step;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A step of a workflow: what it does, and the steps that it waits for. */
@Schema(name = "NewStep")
record StepBody(
    @Schema(description = "unique in the workflow", example = "resize") String name,
    @Schema(
            description = "`task` unless given; all others end without a worker",
            allowableValues = {"task", "wait", "signal", "approval", "workflow"})
        @Nullable String kind,
    @Schema(description = "which handlers take it; of a task only", example = "resize_image")
        @Nullable String taskType,
    @Schema(description = "names of steps") @Nullable List<String> dependencies,
    @Schema(
            description = "which ends of its dependencies let it run; `all_succeeded` unless given",
            allowableValues = {"all_succeeded", "all_finished", "any_succeeded"})
        @Nullable String join,
    @Schema(
            description = "a condition in CEL; where it is false the step is skipped",
            example = "steps.test.result.failed == 0")
        @Nullable String when,
    @Schema(
            description =
                "one reference to a list: the step is done for each element, which `${item}` and"
                    + " `${index}` refer to; of a task or a workflow",
            example = "${input.images}")
        @Nullable String forEach,
    @Schema(description = "how many elements are in work at a time; all unless given")
        @Nullable Integer maxParallel,
    @Schema(
            description = "whether the run fails with it; `fail` unless given",
            allowableValues = {"fail", "continue"})
        @Nullable String onFailure,
    @Schema(
            description =
                "type of the task that undoes it when the run fails; of a task or a workflow",
            example = "release_seat")
        @Nullable String compensateWith,
    @Schema(
            description =
                "any JSON; its strings may refer to ${input.…} and ${steps.NAME.result.…}; of a"
                    + " task only")
        @Nullable Object payload,
    @Schema(example = "default") @Nullable String queue,
    @Schema(allowableValues = {"critical", "high", "normal", "low"}) @Nullable String priority,
    @Schema(description = "of a task only") @Nullable RetryPolicyBody retryPolicy,
    @Schema(
            description =
                "of a task: how long after the last dependency it is due, not with run_at; of a"
                    + " wait: how long it waits, not with until",
            example = "10s")
        @Nullable String delay,
    @Schema(description = "of a task only: not due before; not with delay", format = "date-time")
        @Nullable String runAt,
    @Schema(description = "of a wait only: when it ends; not with delay", format = "date-time")
        @Nullable String until,
    @Schema(
            description = "of a task only: not started by then, it is cancelled",
            format = "date-time")
        @Nullable String startBefore,
    @Schema(
            description =
                "of a task: how long one attempt may run; of a signal or an approval: how long it"
                    + " waits, then it fails; for ever unless given",
            example = "5m")
        @Nullable String timeout,
    @Schema(description = "of a signal only: its name", example = "go") @Nullable String signal,
    @Schema(description = "of a workflow only: name of its definition", example = "thumbnail")
        @Nullable String workflow,
    @Schema(description = "of a workflow only: the latest when it begins unless given")
        @Nullable Integer version,
    @Schema(description = "of a workflow only: the input of its run; refers as a payload does")
        @Nullable Object input,
    @Schema(
            description =
                "of a task only: tasks of one group share its turns; groups of a queue take turns",
            example = "tenant-7")
        @Nullable String group,
    @Schema(
            description = "of a task only: whose rate and concurrency it counts for",
            example = "partner-api")
        @Nullable String limit,
    @Schema(
            description =
                "of a task only: a key whose tasks run one after the other, or an object of `key`"
                    + " and `on_retry`",
            oneOf = {String.class, SequenceBody.class})
        @Nullable Object sequence,
    @Schema(
            description =
                "of a task only: what it counts for where a rate is limited; 1 unless given")
        @Nullable Integer units,
    @Schema(description = "of a task only: how many places of its worker it takes; 1 unless given")
        @Nullable Integer slots,
    @Schema(description = "of a task only: labels that its worker must have", example = "[\"gpu\"]")
        @Nullable List<String> requires,
    @Nullable List<String> tags,
    @Nullable Map<String, String> metadata,
    @Schema(description = "how long it is kept after the run's end", example = "24h")
        @Nullable String retention) {

  /** The fields that not every kind takes. */
  private static final Map<String, Set<Kind>> TAKEN_BY =
      Map.ofEntries(
          Map.entry("task_type", EnumSet.of(Kind.TASK)),
          Map.entry("payload", EnumSet.of(Kind.TASK)),
          Map.entry("group", EnumSet.of(Kind.TASK)),
          Map.entry("limit", EnumSet.of(Kind.TASK)),
          Map.entry("sequence", EnumSet.of(Kind.TASK)),
          Map.entry("units", EnumSet.of(Kind.TASK)),
          Map.entry("slots", EnumSet.of(Kind.TASK)),
          Map.entry("requires", EnumSet.of(Kind.TASK)),
          Map.entry("retry_policy", EnumSet.of(Kind.TASK)),
          Map.entry("start_before", EnumSet.of(Kind.TASK)),
          Map.entry("run_at", EnumSet.of(Kind.TASK)),
          Map.entry("delay", EnumSet.of(Kind.TASK, Kind.WAIT)),
          Map.entry("until", EnumSet.of(Kind.WAIT)),
          Map.entry("timeout", EnumSet.of(Kind.TASK, Kind.SIGNAL, Kind.APPROVAL)),
          Map.entry("signal", EnumSet.of(Kind.SIGNAL)),
          Map.entry("workflow", EnumSet.of(Kind.WORKFLOW)),
          Map.entry("version", EnumSet.of(Kind.WORKFLOW)),
          Map.entry("input", EnumSet.of(Kind.WORKFLOW)),
          Map.entry("for_each", EnumSet.of(Kind.TASK, Kind.WORKFLOW)),
          Map.entry("max_parallel", EnumSet.of(Kind.TASK, Kind.WORKFLOW)),
          Map.entry("compensate_with", EnumSet.of(Kind.TASK, Kind.WORKFLOW)));

  /** Reads a step; null when it was refused, which is noted then. */
  static @Nullable Step read(Fields in) {
    String name = in.requiredText("name");
    Kind kind = in.has("kind") ? in.choice("kind", Kind.class) : Kind.TASK;
    if (kind == null) {
      return null;
    }
    boolean fits = refuseWhatItDoesNotTake(in, kind);
    TaskSpec.Builder task =
        TaskSpec.builder(kind == Kind.TASK ? in.requiredText("task_type") : kind.word());
    TaskFields.read(in, task);
    if (kind == Kind.WORKFLOW) {
      Json input = in.raw("input");
      task.payload(input == null ? Json.NULL : input);
    }
    if (kind == Kind.WAIT) {
      task.runAt(in.instant("until"));
    }
    Supplier<Step> step = readOwn(in, name, kind, task);
    return fits ? in.build(step) : null;
  }

  private static boolean refuseWhatItDoesNotTake(Fields in, Kind kind) {
    List<String> others =
        TAKEN_BY.entrySet().stream()
            .filter(field -> in.has(field.getKey()) && !field.getValue().contains(kind))
            .map(Map.Entry::getKey)
            .sorted()
            .toList();
    others.forEach(
        field -> in.impossible(field, "conflict", "is not for a step of the kind " + kind.word()));
    return others.isEmpty();
  }

  /** Reads all that is not of the task. */
  private static Supplier<Step> readOwn(Fields in, String name, Kind kind, TaskSpec.Builder task) {
    List<String> dependencies = in.texts("dependencies");
    Join join = in.choice("join", Join.class);
    String when = in.text("when");
    String forEach = in.text("for_each");
    Integer maxParallel = in.integer("max_parallel", 1, Step.MOST_ELEMENTS);
    OnFailure onFailure = in.choice("on_failure", OnFailure.class);
    String compensateWith = in.text("compensate_with");
    String signal = in.text("signal");
    String workflow = in.text("workflow");
    Integer version = in.integer("version", 1, Integer.MAX_VALUE);
    return () ->
        Step.of(name, kind, named(task, kind))
            .after(dependencies)
            .join(join)
            .when(when)
            .forEach(forEach)
            .maxParallel(maxParallel)
            .onFailure(onFailure)
            .compensateWith(compensateWith)
            .signal(signal)
            .workflow(workflow, version)
            .build();
  }

  /** The task; a step has other names for some of its fields. */
  private static TaskSpec named(TaskSpec.Builder builder, Kind kind) {
    try {
      return builder.build();
    } catch (InvalidTaskException e) {
      throw new InvalidTaskException(
          e.violations().stream()
              .map(v -> new Violation(pointer(v.pointer(), kind), v.code(), v.detail()))
              .toList());
    }
  }

  private static String pointer(String ofTask, Kind kind) {
    return switch (ofTask) {
      case "/type" -> "/task_type";
      case "/run_at" -> kind == Kind.WAIT ? "/until" : ofTask;
      case "/payload" -> kind == Kind.WORKFLOW ? "/input" : ofTask;
      default -> ofTask;
    };
  }
}
