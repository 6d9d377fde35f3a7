package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.api.task.RetryPolicyBody;
import io.taskorch.api.task.TaskFields;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.Violation;
import io.taskorch.workflow.Step;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A step of a workflow: a task, and the steps that must succeed before it. */
@Schema(name = "NewStep")
record StepBody(
    @Schema(description = "unique in the workflow", example = "resize") String name,
    @Schema(description = "which handlers take it", example = "resize_image") String taskType,
    @Schema(description = "names of steps") @Nullable List<String> dependencies,
    @Schema(
            description =
                "any JSON; its strings may refer to ${input.…} and ${steps.NAME.result.…}")
        @Nullable Object payload,
    @Schema(example = "default") @Nullable String queue,
    @Schema(allowableValues = {"critical", "high", "normal", "low"}) @Nullable String priority,
    @Nullable RetryPolicyBody retryPolicy,
    @Schema(description = "how long after the last dependency it is due; not with run_at")
        @Nullable String delay,
    @Schema(description = "not due before; not with delay", format = "date-time")
        @Nullable String runAt,
    @Schema(description = "not started by then, it is cancelled", format = "date-time")
        @Nullable String startBefore,
    @Schema(description = "how long one attempt may run", example = "5m") @Nullable String timeout,
    @Nullable List<String> tags,
    @Nullable Map<String, String> metadata,
    @Schema(description = "how long it is kept after the run's end", example = "24h")
        @Nullable String retention) {

  /** Reads a step; null when it was refused, which is noted then. */
  static @Nullable Step read(Fields in) {
    String name = in.requiredText("name");
    TaskSpec.Builder builder = TaskSpec.builder(in.requiredText("task_type"));
    TaskFields.read(in, builder);
    List<String> dependencies = in.texts("dependencies");
    return in.build(() -> new Step(name, named(builder), dependencies));
  }

  /** The task; where the core says {@code type}, a step has {@code task_type}. */
  private static TaskSpec named(TaskSpec.Builder builder) {
    try {
      return builder.build();
    } catch (InvalidTaskException e) {
      throw new InvalidTaskException(
          e.violations().stream()
              .map(
                  v ->
                      v.pointer().equals("/type")
                          ? new Violation("/task_type", v.code(), v.detail())
                          : v)
              .toList());
    }
  }
}
