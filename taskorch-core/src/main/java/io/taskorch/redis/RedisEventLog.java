package io.taskorch.redis;

import io.taskorch.store.EventLog;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads the streams that the scripts write: an entry a call, a line an event. */
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
      for (String line : Replies.text(reply.get(i + 1)).split("\n", -1)) {
        events.add(parse(line));
      }
      entries.add(
          new Entry(
              id, Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-')))), events));
    }
    return entries;
  }

  /** {@code <id> <state> <attempt> <queue> <type> [<run>]}, or {@code <run> <state>}. */
  private static Event parse(String line) {
    String[] words = line.split(" ", -1);
    char what = words[1].charAt(0);
    if (words.length == 2) {
      return new RunMoved(words[0], RunState.ofCode(what));
    }
    String workflowId = words.length > 5 ? words[5] : null;
    if (what == '%') {
      return new TaskProgressed(
          words[0], Integer.parseInt(words[2]), words[3], words[4], workflowId);
    }
    return new TaskMoved(
        words[0],
        TaskState.ofCode(what),
        Integer.parseInt(words[2]),
        words[3],
        words[4],
        workflowId);
  }
}
