package io.taskorch.api.batch;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.task.TaskBody;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tasks that are added to a batch. */
@Schema(name = "BatchAddition")
record AdditionBody(
    @Schema(description = "at most 10,000") List<TaskBody> tasks,
    @Schema(description = "the same again within 24 h adds nothing")
        @Nullable String idempotencyKey) {}
