package io.taskorch.api.workflow;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A fork of a run as it is asked for. */
@Schema(name = "NewFork")
record ForkBody(
    @Schema(description = "the step where the new run begins", example = "resize") String fromStep,
    @Schema(description = "any JSON, the input of the new run; that of the other unless given")
        @Nullable Object input,
    @Schema(description = "the same again within 24 h gives the first run")
        @Nullable String idempotencyKey) {}
