package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import org.jspecify.annotations.Nullable;

/** A run of a stored definition as it is submitted. */
@Schema(name = "NewRun")
record RunBody(
    @Schema(description = "the latest unless given") @Nullable Integer version,
    @Schema(description = "any JSON, what payloads refer to as ${input.…}") @Nullable Object input,
    @Schema(description = "the same again within 24 h gives the first run")
        @Nullable String idempotencyKey) {

  static @Nullable Integer version(Fields in) {
    return in.integer("version", 1, Integer.MAX_VALUE);
  }
}
