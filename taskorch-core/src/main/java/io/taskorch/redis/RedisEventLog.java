package io.taskorch.redis;

import io.taskorch.store.EventLog;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
        parse(Replies.text(lines.get(line)), Replies.text(lines.get(line + 1)), events);
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
   * @param line {@code <state> <attempt> <queue> <type> <+ or ->}, with {@code +} for steps, whose
   *     run stands behind each id; the same with {@code %} and how far the task is; of a run {@code
   *     <state>}, or {@code ! <verb> <step or -> <actor> <note>}, whose note may hold anything
   * @param ids in a row
   */
  private static void parse(String line, String ids, List<Event> events) {
    String[] what = line.split(" ", 5);
    boolean ofSteps = what.length > 1 && !what[0].equals("!") && what[4].equals("+");
    int width = ofSteps ? 2 * TaskId.LENGTH : TaskId.LENGTH;
    for (int i = 0; i < ids.length(); i += width) {
      String run = ofSteps ? ids.substring(i + TaskId.LENGTH, i + width) : null;
      events.add(event(what, ids.substring(i, i + TaskId.LENGTH), run));
    }
  }

  private static Event event(String[] what, String id, @Nullable String workflowId) {
    char state = what[0].charAt(0);
    if (what.length == 1) {
      return new RunMoved(id, RunState.ofCode(state));
    }
    if (state == '!') {
      return new RunActed(id, what[1], orNull(what[2], "-"), what[3], orNull(what[4], ""));
    }
    int number = Integer.parseInt(what[1]);
    return state == '%'
        ? new TaskProgressed(id, number, what[2], what[3], workflowId)
        : new TaskMoved(id, TaskState.ofCode(state), number, what[2], what[3], workflowId);
  }

  private static @Nullable String orNull(String text, String none) {
    return text.equals(none) ? null : text;
  }
}
