package io.taskorch.redis;

import io.taskorch.store.EventLog;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the streams that the scripts write: an entry a call, a line all events of it that are
 * alike.
 */
final class RedisEventLog implements EventLog {

  private final RedisCalls calls;

  RedisEventLog(RedisCalls calls) {
    this.calls = calls;
  }

  @Override
  public List<Entry> read(int partition, String after, int most) {
    List<Object> reply = calls.list(partition, "event/read", Args.of().add(after).add(most));
    List<Entry> entries = new ArrayList<>(reply.size() / 2);
    for (int i = 0; i < reply.size(); i += 2) {
      String id = Replies.text(reply.get(i));
      List<Event> events = new ArrayList<>();
      List<?> lines = (List<?>) reply.get(i + 1);
      for (int line = 0; line < lines.size(); line += 2) {
        String[] what = Replies.text(lines.get(line)).split(" ", -1);
        parse(what, Replies.text(lines.get(line + 1)), events);
      }
      entries.add(
          new Entry(
              id, Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-')))), events));
    }
    return entries;
  }

  /**
   * What has happened to some tasks or runs.
   *
   * @param what {@code <state> <attempt> <queue> <type> <run or ->}, the same with {@code %} and
   *     how far the task is, {@code <state>} of a run, or {@code !} and what a person did to one,
   *     which moves nothing itself
   * @param ids in a row
   */
  private static void parse(String[] what, String ids, List<Event> events) {
    char state = what[0].charAt(0);
    if (state == '!') {
      return;
    }
    for (int i = 0; i < ids.length(); i += TaskId.LENGTH) {
      String id = ids.substring(i, i + TaskId.LENGTH);
      if (what.length == 1) {
        events.add(new RunMoved(id, RunState.ofCode(state)));
      } else {
        int number = Integer.parseInt(what[1]);
        String workflowId = what[4].equals("-") ? null : what[4];
        events.add(
            state == '%'
                ? new TaskProgressed(id, number, what[2], what[3], workflowId)
                : new TaskMoved(id, TaskState.ofCode(state), number, what[2], what[3], workflowId));
      }
    }
  }
}
