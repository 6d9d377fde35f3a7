package io.taskorch.redis;

import io.taskorch.store.Partitions;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery.TaskPage;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists tasks from the indexes that the moves keep anyway. A state's tasks stand in one sorted set
 * per queue and partition, the succeeded ones in groups; a page is their merge from a place on.
 * Those of the same score are in the order of their ids. A call looks at a bounded number of
 * entries and records, so a page may be short and still have a next one.
 */
final class TaskLister {

  private static final int MOST_LOOKED_AT = 1000;
  private static final int RECORDS_A_CALL = 100;

  private static final List<TaskState> ALL_LISTED =
      Arrays.stream(TaskState.values()).filter(state -> state != TaskState.BLOCKED).toList();

  private final RedisCalls calls;
  private final Partitions partitions;

  TaskLister(RedisCalls calls, Partitions partitions) {
    this.calls = calls;
    this.partitions = partitions;
  }

  TaskPage list(TaskFilter filter) {
    if (filter.workflowId() != null) {
      return listRun(filter, filter.workflowId());
    }
    if (filter.states().contains(TaskState.BLOCKED)) {
      throw new InvalidTaskException(
          List.of(new Violation("/state", "conflict", "BLOCKED needs a workflow_id")));
    }
    List<TaskState> states = filter.states().isEmpty() ? ALL_LISTED : filter.states();
    PageCursor cursor = PageCursor.decode(filter.cursor(), states.size());
    List<Task> found = new ArrayList<>();
    int looked = 0;
    while (cursor.part() < states.size()) {
      TaskState state = states.get(cursor.part());
      Merge merge = merge(filter, state, cursor, MOST_LOOKED_AT - looked);
      Scan scan = scan(merge, filter, state, cursor, filter.limit() - found.size(), found);
      looked += Math.max(1, scan.looked);
      if (!scan.atEnd) {
        return new TaskPage(found, Optional.of(scan.reached.encode()));
      }
      cursor = PageCursor.begin(cursor.part() + 1);
      if (found.size() >= filter.limit() || looked >= MOST_LOOKED_AT) {
        break;
      }
    }
    return new TaskPage(
        found, cursor.part() < states.size() ? Optional.of(cursor.encode()) : Optional.empty());
  }

  /** An entry of an index. */
  private record Entry(String id, String score, double order) {}

  /**
   * Entries in the order of the list.
   *
   * @param whole whether nothing comes behind them
   */
  private record Merge(List<Entry> entries, boolean whole) {}

  private Merge merge(TaskFilter filter, TaskState state, PageCursor cursor, int most) {
    boolean backwards = state.isFinal() != filter.reverse();
    List<List<Entry>> lists = new ArrayList<>();
    List<Chunk<String>> sources = new ArrayList<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      sources.addAll(Chunk.split(indexes(filter, state, partition), constant(partition), key -> 0));
    }
    int indexes = sources.stream().mapToInt(source -> source.items().size()).sum();
    int each = Math.max(1, most / Math.max(1, indexes));
    Comparator<Entry> order = Comparator.comparingDouble(Entry::order).thenComparing(Entry::id);
    if (backwards) {
      order = order.reversed();
    }
    boolean whole = true;
    for (Chunk<String> source : sources) {
      for (Object list : page(source, state, cursor, backwards, each)) {
        lists.add(entries((List<?>) list, cursor, order));
      }
    }
    // Behind the last entry of a list that was cut off, others of that list may come first.
    Entry horizon = null;
    List<Entry> all = new ArrayList<>();
    for (List<Entry> list : lists) {
      all.addAll(list);
      if (list.size() >= each) {
        whole = false;
        Entry last = list.getLast();
        horizon = horizon == null || order.compare(last, horizon) < 0 ? last : horizon;
      }
    }
    all.sort(order);
    if (horizon != null) {
      all = all.subList(0, all.indexOf(horizon) + 1);
    }
    if (all.size() > most) {
      all = all.subList(0, most);
      whole = false;
    }
    return new Merge(all, whole);
  }

  private List<Object> page(
      Chunk<String> source, TaskState state, PageCursor cursor, boolean backwards, int each) {
    Args args = Args.of().add(backwards).add(cursor.score() == null ? "" : cursor.score());
    String script = "task/page_succeeded";
    if (state != TaskState.SUCCEEDED) {
      script = "task/page";
      args.add(cursor.id());
    }
    return calls.list(source.partition(), script, args.add(each).addAll(source.items()));
  }

  /** The tasks behind the cursor that some members of an index name, each by one id or several. */
  private static List<Entry> entries(List<?> reply, PageCursor cursor, Comparator<Entry> order) {
    Entry reached = cursor.score() == null ? null : entry(cursor.id(), cursor.score());
    List<Entry> entries = new ArrayList<>(reply.size() / 2);
    for (int i = 0; i < reply.size(); i += 2) {
      String ids = Replies.text(reply.get(i));
      String score = Replies.text(reply.get(i + 1));
      for (int at = 0; at < ids.length(); at += TaskId.LENGTH) {
        Entry entry = entry(ids.substring(at, at + TaskId.LENGTH), score);
        if (reached == null || order.compare(entry, reached) > 0) {
          entries.add(entry);
        }
      }
    }
    entries.sort(order);
    return entries;
  }

  private static Entry entry(String id, String score) {
    return new Entry(id, score, Double.parseDouble(score));
  }

  private List<String> indexes(TaskFilter filter, TaskState state, int partition) {
    List<Object> reply = calls.list(partition, "queue/names", Args.of());
    List<String> keys = new ArrayList<>();
    for (Object name : (List<?>) reply.get(0)) {
      String queue = Replies.text(name);
      if (filter.queue() == null || filter.queue().equals(queue)) {
        keys.addAll(indexes(queue, state, filter.group()));
      }
    }
    if (state == TaskState.PENDING) {
      for (Object field : (List<?>) reply.get(1)) {
        String[] lane = Replies.text(field).split(":", 2);
        if (filter.queue() == null || filter.queue().equals(lane[0])) {
          List<String> ofLane = Keys.lane(lane[0], lane[1]);
          // The last of them has those of groups.
          keys.addAll(filter.group() == null ? ofLane : List.of(ofLane.getLast()));
        }
      }
    }
    return keys;
  }

  /** The indexes of a queue that may hold tasks of a group; null for tasks of any or none. */
  private static List<String> indexes(String queue, TaskState state, @Nullable String group) {
    return switch (state) {
      case PENDING ->
          group == null
              ? List.of(Keys.index(queue, state), Keys.apart(queue))
              : List.of(Keys.apart(queue));
      case RUNNING ->
          List.of(group == null ? Keys.index(queue, state) : Keys.running(queue, group));
      case SCHEDULED, RETRYING, SUCCEEDED, FAILED, CANCELLED, SKIPPED, BLOCKED ->
          List.of(Keys.index(queue, state));
    };
  }

  private static java.util.function.ToIntFunction<String> constant(int partition) {
    return key -> partition;
  }

  /** How far a look at records has come. */
  private record Scan(PageCursor reached, boolean atEnd, int looked) {}

  private Scan scan(
      Merge merge,
      TaskFilter filter,
      TaskState state,
      PageCursor from,
      int most,
      List<Task> found) {
    PageCursor reached = from;
    int looked = 0;
    int wanted = found.size() + most;
    for (int at = 0; at < merge.entries.size(); ) {
      List<Entry> batch =
          merge.entries.subList(at, Math.min(at + RECORDS_A_CALL, merge.entries.size()));
      List<Optional<Task>> tasks = records(batch.stream().map(Entry::id).toList());
      for (int i = 0; i < tasks.size(); i++) {
        Entry entry = batch.get(i);
        tasks
            .get(i)
            .filter(task -> task.state() == state && matches(task, filter))
            .ifPresent(found::add);
        looked++;
        reached = new PageCursor(from.part(), entry.score, entry.id);
        if (found.size() >= wanted) {
          boolean last = merge.whole && at + i + 1 == merge.entries.size();
          return new Scan(reached, last, looked);
        }
      }
      at += tasks.size();
      if (tasks.size() < batch.size()) {
        // The records so far are as many bytes as one call gives.
        return new Scan(reached, false, looked);
      }
    }
    return new Scan(reached, merge.whole, looked);
  }

  /** Records of tasks in the given order, as many as fit one reply of each partition. */
  private List<Optional<Task>> records(List<String> ids) {
    List<Optional<Task>> tasks = new ArrayList<>(ids.size());
    int from = 0;
    while (from < ids.size()) {
      int partition = TaskId.partitionOf(ids.get(from));
      int to = from + 1;
      while (to < ids.size() && TaskId.partitionOf(ids.get(to)) == partition) {
        to++;
      }
      List<String> run = ids.subList(from, to);
      List<Object> reply =
          calls.list(
              partition, "task/records", Args.of().add(RedisTaskStore.MOST_BYTES).addAll(run));
      for (int i = 0; i < reply.size(); i++) {
        byte[] record = Replies.bytes(reply.get(i));
        tasks.add(
            record.length == 0
                ? Optional.empty()
                : Optional.of(TaskRecord.decodeListed(run.get(i), record)));
      }
      if (reply.size() < run.size()) {
        break;
      }
      from = to;
    }
    return tasks;
  }

  private static boolean matches(Task task, TaskFilter filter) {
    StepLink step = task.step();
    return (filter.queue() == null || filter.queue().equals(task.spec().queue()))
        && (filter.type() == null || filter.type().equals(task.spec().type()))
        && (filter.tag() == null || task.spec().tags().contains(filter.tag()))
        && (filter.workflowId() == null
            || (step != null && filter.workflowId().equals(step.runId())))
        && (filter.group() == null || filter.group().equals(task.spec().flow().group()))
        && (filter.createdAfter() == null || task.createdAt().isAfter(filter.createdAfter()))
        && (filter.createdBefore() == null || task.createdAt().isBefore(filter.createdBefore()));
  }

  /** The steps of one run, in their order. */
  private TaskPage listRun(TaskFilter filter, String runId) {
    PageCursor cursor = PageCursor.decode(filter.cursor(), Integer.MAX_VALUE);
    if (!partitions.holds(runId)) {
      return new TaskPage(List.of(), Optional.empty());
    }
    int first = cursor.part();
    List<Object> reply =
        calls.list(
            TaskId.partitionOf(runId),
            "run/ids",
            Args.of().add(runId).add(first).add(MOST_LOOKED_AT).add(filter.reverse()));
    List<String> ids = reply.stream().map(Replies::text).toList();
    List<Task> found = new ArrayList<>();
    int looked = 0;
    while (looked < ids.size()) {
      List<String> batch = ids.subList(looked, Math.min(looked + RECORDS_A_CALL, ids.size()));
      List<Optional<Task>> tasks = records(batch);
      for (Optional<Task> task : tasks) {
        looked++;
        task.filter(
                t ->
                    (filter.states().isEmpty() || filter.states().contains(t.state()))
                        && matches(t, filter))
            .ifPresent(found::add);
        if (found.size() >= filter.limit()) {
          break;
        }
      }
      if (found.size() >= filter.limit() || tasks.size() < batch.size()) {
        break;
      }
    }
    boolean more = looked < ids.size() || ids.size() == MOST_LOOKED_AT;
    return new TaskPage(
        found, more ? Optional.of(PageCursor.begin(first + looked).encode()) : Optional.empty());
  }
}
