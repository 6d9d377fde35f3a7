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
      for (String line : Replies.text(reply.get(i + 1)).split("\n", -1)) {
        parse(line.split(" ", -1), events);
      }
      entries.add(
          new Entry(
              id, Instant.ofEpochMilli(Long.parseLong(id.substring(0, id.indexOf('-')))), events));
    }
    return entries;
  }

  /**
   * {@code <state> <attempt> <queue> <type> <run or -> <id>…}, the same with {@code %} and how far
   * the task is, or {@code <state> <run>…}.
   */
  private static void parse(String[] words, List<Event> events) {
    char what = words[0].charAt(0);
    if (TaskId.isValid(words[1])) {
      for (int i = 1; i < words.length; i++) {
        events.add(new RunMoved(words[i], RunState.ofCode(what)));
      }
      return;
    }
    int number = Integer.parseInt(words[1]);
    String workflowId = words[4].equals("-") ? null : words[4];
    for (int i = 5; i < words.length; i++) {
      events.add(
          what == '%'
              ? new TaskProgressed(words[i], number, words[2], words[3], workflowId)
              : new TaskMoved(
                  words[i], TaskState.ofCode(what), number, words[2], words[3], workflowId));
    }
  }
}
