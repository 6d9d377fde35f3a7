package io.taskorch.store;

import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reads of tasks. None costs more when there are more tasks. */
public interface TaskQuery {

  /** The task with everything known of it. */
  Optional<Task> find(String id);

  /** The states of these tasks, at most 1,000; those that are not stored are left out. */
  Map<String, TaskState> states(List<String> ids);

  /**
   * One page of a list. A call looks at a bounded number of records, so a filtered page may be
   * short or empty and still have a next one.
   *
   * @throws io.taskorch.task.InvalidTaskException when the cursor is not one of ours
   */
  TaskPage list(TaskFilter filter);

  /**
   * How many ready tasks come before this one in its queue whatever the turns of groups: those of
   * higher priorities, and in its own those of its group and limit. Empty when it is not ready.
   * Those that stand aside because a worker could not take them count only before their like.
   */
  Optional<Long> position(String id);

  /**
   * One page.
   *
   * @param tasks without attempts, progress and result
   * @param nextCursor empty at the end of the list
   */
  record TaskPage(List<Task> tasks, Optional<String> nextCursor) {
    public TaskPage {
      tasks = List.copyOf(tasks);
    }
  }
}
