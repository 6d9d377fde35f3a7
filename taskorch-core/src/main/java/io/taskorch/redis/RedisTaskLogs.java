package io.taskorch.redis;

import io.taskorch.store.Partitions;
import io.taskorch.store.TaskLogs;
import io.taskorch.task.LogLine;
import io.taskorch.task.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The log lines of tasks, a capped stream each. */
final class RedisTaskLogs implements TaskLogs {

  private final RedisCalls calls;
  private final Partitions partitions;

  RedisTaskLogs(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
  }

  @Override
  public LogPage read(String taskId, long after, int most) {
    if (!partitions.holds(taskId)) {
      return new LogPage(List.of(), 0);
    }
    List<Object> reply =
        calls.list(
            TaskId.partitionOf(taskId), "task/logs", Args.of().add(taskId).add(after).add(most));
    List<LogLine> lines = new ArrayList<>(reply.size() / 4);
    for (int i = 1; i < reply.size(); i += 4) {
      lines.add(
          new LogLine(
              Replies.number(reply.get(i)),
              Instant.ofEpochMilli(Replies.number(reply.get(i + 1))),
              Replies.text(reply.get(i + 2)),
              Replies.text(reply.get(i + 3))));
    }
    return new LogPage(lines, Replies.number(reply.get(0)));
  }
}
