package io.taskorch.redis;

import io.taskorch.store.Partitions;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.store.RunStore.RunPage;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists runs from one sorted set per state and partition, latest first. */
final class RunLister {

  private static final int MOST_LOOKED_AT = 1000;

  private final RedisCalls calls;
  private final Partitions partitions;
  private final Function<String, @Nullable Run> find;

  RunLister(RedisCalls calls, Partitions partitions, Function<String, @Nullable Run> find) {
    this.calls = calls;
    this.partitions = partitions;
    this.find = find;
  }

  RunPage list(RunFilter filter) {
    List<RunState> states =
        filter.states().isEmpty() ? List.of(RunState.values()) : filter.states();
    PageCursor cursor = PageCursor.decode(filter.cursor(), states.size());
    List<Run> found = new ArrayList<>();
    int looked = 0;
    while (cursor.part() < states.size()) {
      RunState state = states.get(cursor.part());
      // A look at a run is a call, so no more of them are fetched than may be shown.
      int most = Math.min(filter.limit() - found.size(), MOST_LOOKED_AT - looked);
      List<Entry> entries = entries(state, cursor, !filter.reverse(), most);
      for (Entry entry : entries) {
        Run run = find.apply(entry.id);
        if (run != null && run.state() == state && matches(run, filter)) {
          found.add(run);
        }
        cursor = new PageCursor(cursor.part(), entry.score, entry.id);
      }
      looked += entries.size();
      if (entries.size() < most) {
        cursor = PageCursor.begin(cursor.part() + 1);
      }
      if (found.size() >= filter.limit() || looked >= MOST_LOOKED_AT) {
        break;
      }
    }
    return new RunPage(
        found, cursor.part() < states.size() ? Optional.of(cursor.encode()) : Optional.empty());
  }

  private record Entry(String id, String score) {}

  private List<Entry> entries(RunState state, PageCursor cursor, boolean latestFirst, int most) {
    List<Entry> entries = new ArrayList<>();
    for (int partition = 0; partition < partitions.count(); partition++) {
      Args args =
          Args.of()
              .add(latestFirst)
              .add(cursor.score() == null ? "" : cursor.score())
              .add(cursor.id())
              .add(most)
              .addAll(List.of("runs:" + state.code()));
      List<?> list = (List<?>) calls.list(partition, "task/page", args).get(0);
      for (int i = 0; i < list.size(); i += 2) {
        entries.add(new Entry(Replies.text(list.get(i)), Replies.text(list.get(i + 1))));
      }
    }
    Comparator<Entry> order =
        Comparator.comparing((Entry entry) -> Long.parseLong(entry.score)).thenComparing(Entry::id);
    entries.sort(latestFirst ? order.reversed() : order);
    return entries.subList(0, Math.min(most, entries.size()));
  }

  private static boolean matches(Run run, RunFilter filter) {
    return (filter.name() == null || filter.name().equals(run.name()))
        && (filter.createdAfter() == null || run.createdAt().isAfter(filter.createdAfter()))
        && (filter.createdBefore() == null || run.createdAt().isBefore(filter.createdBefore()));
  }
}
