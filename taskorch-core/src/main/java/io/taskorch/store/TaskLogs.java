package io.taskorch.store;

import io.taskorch.task.LogLine;
import java.util.List;

/** The log lines of tasks. */
public interface TaskLogs {

  /** A task keeps its last lines only. */
  int MOST_LINES = 10_000;

  /**
   * Lines after a {@code seq}, oldest first.
   *
   * @param after 0 for the beginning
   * @param most 1 to 1,000
   */
  LogPage read(String taskId, long after, int most);

  /**
   * Some lines of a log.
   *
   * @param dropped how many lines of the log have been dropped for being too old
   */
  record LogPage(List<LogLine> lines, long dropped) {
    public LogPage {
      lines = List.copyOf(lines);
    }
  }
}
