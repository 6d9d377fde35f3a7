package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** Many tasks at once. */
@Schema(name = "NewTasks")
record BatchBody(@Schema(description = "at most 1,000") List<TaskBody> tasks) {

  static final int MOST = 1_000;
}
