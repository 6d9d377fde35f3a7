package io.taskorch.api.task;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.TaskLogs.LogPage;
import io.taskorch.task.LogLine;
import java.util.List;

/**
 * Some lines of a task's log.
 *
 * @param lines oldest first; those after the last {@code seq} are the next page
 * @param dropped how many lines of the log have been dropped for being too old
 */
@Schema(name = "TaskLog")
record LogView(List<LogLine> lines, long dropped) {

  static LogView of(LogPage page) {
    return new LogView(page.lines(), page.dropped());
  }
}
