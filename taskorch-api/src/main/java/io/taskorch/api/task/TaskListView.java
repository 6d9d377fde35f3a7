package io.taskorch.api.task;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.TaskQuery.TaskPage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of tasks.
 *
 * @param nextCursor null at the end of the list
 */
@Schema(name = "Tasks")
record TaskListView(
    List<TaskView> tasks, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String nextCursor) {

  static TaskListView of(TaskPage page) {
    return new TaskListView(
        page.tasks().stream().map(TaskView::row).toList(), page.nextCursor().orElse(null));
  }
}
