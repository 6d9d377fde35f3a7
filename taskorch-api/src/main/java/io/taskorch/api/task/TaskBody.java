package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.task.TaskSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task as it is submitted. Only {@code type} is required. */
@Schema(name = "NewTask")
public record TaskBody(
    @Schema(description = "which handlers take it", example = "process_image") String type,
    @Schema(description = "any JSON, at most 256 KiB; passed on byte for byte")
        @Nullable Object payload,
    @Schema(example = "default") @Nullable String queue,
    @Schema(allowableValues = {"critical", "high", "normal", "low"}) @Nullable String priority,
    @Nullable RetryPolicyBody retryPolicy,
    @Schema(
            description = "how long after the submission it is due; not with run_at",
            example = "10s")
        @Nullable String delay,
    @Schema(description = "when it is due; not with delay", format = "date-time")
        @Nullable String runAt,
    @Schema(description = "not started by then, it is cancelled", format = "date-time")
        @Nullable String startBefore,
    @Schema(description = "how long one attempt may run", example = "5m") @Nullable String timeout,
    @Schema(description = "the same again within 24 h gives the first task")
        @Nullable String idempotencyKey,
    @Nullable UniqueBody unique,
    @Schema(
            description = "tasks of one group share its turns; groups of a queue take turns",
            example = "tenant-7")
        @Nullable String group,
    @Schema(description = "whose rate and concurrency it counts for", example = "partner-api")
        @Nullable String limit,
    @Schema(
            description =
                "a key whose tasks run one after the other, or an object of `key` and `on_retry`",
            oneOf = {String.class, SequenceBody.class})
        @Nullable Object sequence,
    @Schema(description = "what it counts for where a rate is limited; 1 unless given")
        @Nullable Integer units,
    @Schema(description = "how many places of its worker it takes; 1 unless given")
        @Nullable Integer slots,
    @Schema(description = "labels that its worker must have", example = "[\"gpu\"]")
        @Nullable List<String> requires,
    @Nullable List<String> tags,
    @Nullable Map<String, String> metadata,
    @Schema(description = "how long it is kept after its end", example = "24h")
        @Nullable String retention) {

  /** Reads a task that is part of another body; null when it was refused, which is noted then. */
  public static @Nullable TaskSpec readPart(Fields in) {
    TaskSpec.Builder builder = TaskSpec.builder(in.requiredText("type"));
    TaskFields.read(in, builder);
    readUnique(in, builder);
    String key = in.text("idempotency_key");
    return in.build(builder.idempotencyKey(key)::build);
  }

  private static void readUnique(Fields in, TaskSpec.Builder builder) {
    Fields unique = in.object("unique", UniqueBody.class);
    builder.unique(unique == null ? null : UniqueBody.read(unique));
  }

  /**
   * Reads a task.
   *
   * @throws io.taskorch.api.input.InvalidRequestException naming everything that is wrong
   */
  static TaskSpec read(Fields in, @Nullable String idempotencyKey) {
    TaskSpec.Builder builder = TaskSpec.builder(in.requiredText("type"));
    TaskFields.read(in, builder);
    readUnique(in, builder);
    return in.finish(builder.idempotencyKey(idempotencyKey)::build);
  }
}
