package io.taskorch.redis;

import io.taskorch.store.Demand;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where ready tasks of a queue stand aside that some worker could not take.
 *
 * @param name as {@code lib/line.lua} makes it: the type, {@code +} the labels, {@code #} the slots
 */
record Lane(String queue, String name) {

  private static final Pattern NAME = Pattern.compile("([^+#]+)(?:\\+([^#]+))?(?:#(\\d+))?");

  /** Of a text {@code <queue>:<lane>}. */
  static Lane parse(Object element) {
    String[] parts = Replies.text(element).split(":", 2);
    return new Lane(parts[0], parts[1]);
  }

  /** The lanes of a queue in a partition. */
  static List<Lane> of(RedisCalls calls, int partition, String queue) {
    List<Lane> lanes = new ArrayList<>();
    for (Object element : (List<?>) calls.list(partition, "queue/names", Args.of()).get(1)) {
      Lane lane = parse(element);
      if (lane.queue.equals(queue)) {
        lanes.add(lane);
      }
    }
    return lanes;
  }

  /** What its tasks need. */
  Demand demand() {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      throw new IllegalStateException("not a lane: " + name);
    }
    String labels = parts.group(2);
    String slots = parts.group(3);
    return new Demand(
        parts.group(1),
        labels == null ? List.of() : List.of(labels.split(",")),
        slots == null ? 1 : Integer.parseInt(slots));
  }
}
