package io.taskorch.api.task;

import io.taskorch.api.input.Fields;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Priority;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Sequence;
import io.taskorch.task.TaskSpec;
import java.util.List;
import java.util.Objects;

/** Reads the fields that a task and a step of a workflow have in common. */
public final class TaskFields {

  private TaskFields() {}

  /** Puts what is there into the builder. */
  public static void read(Fields in, TaskSpec.Builder builder) {
    Json payload = in.raw("payload");
    if (payload != null) {
      builder.payload(payload);
    }
    String queue = in.text("queue");
    if (queue != null) {
      builder.queue(queue);
    }
    Priority priority = in.choice("priority", Priority.class);
    if (priority != null) {
      builder.priority(priority);
    }
    Fields policy = in.object("retry_policy", RetryPolicyBody.class);
    RetryPolicy retryPolicy = policy == null ? null : RetryPolicyBody.read(policy);
    builder
        .retryPolicy(retryPolicy)
        .delay(in.duration("delay"))
        .runAt(in.instant("run_at"))
        .startBefore(in.instant("start_before"))
        .timeout(in.duration("timeout"))
        .tags(in.texts("tags"))
        .metadata(in.textsByName("metadata"))
        .retention(in.duration("retention"));
    readFlow(in, builder);
  }

  private static void readFlow(Fields in, TaskSpec.Builder builder) {
    String group = in.text("group");
    String limit = in.text("limit");
    Sequence sequence = SequenceBody.read(in, "sequence");
    Integer units = in.integer("units", 1, Flow.MOST_UNITS);
    Integer slots = in.integer("slots", 1, Flow.MOST_SLOTS);
    List<String> requires = in.texts("requires");
    Flow flow =
        in.build(
            () ->
                new Flow(
                    group,
                    limit,
                    sequence,
                    Objects.requireNonNullElse(units, 1),
                    Objects.requireNonNullElse(slots, 1),
                    requires));
    if (flow != null) {
      builder.flow(flow);
    }
  }
}
