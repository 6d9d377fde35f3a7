package io.taskorch.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** What one call carries: items of one partition, bounded in work and size. */
record Chunk<T>(int partition, List<T> items) {

  /** Splits items into calls, each partition's in the order of the list. */
  static <T> List<Chunk<T>> split(
      List<T> items, ToIntFunction<T> partition, ToIntFunction<T> bytes) {
    return split(items, partition, bytes, item -> 1);
  }

  /**
   * @param work what an item takes of a call's {@link RedisTaskStore#MOST_TASKS}, so that no call
   *     keeps others waiting for long
   */
  static <T> List<Chunk<T>> split(
      List<T> items, ToIntFunction<T> partition, ToIntFunction<T> bytes, ToIntFunction<T> work) {
    List<Chunk<T>> full = new ArrayList<>();
    Map<Integer, Open<T>> open = new HashMap<>();
    for (T item : items) {
      int at = partition.applyAsInt(item);
      int size = bytes.applyAsInt(item);
      int more = work.applyAsInt(item);
      Open<T> chunk = open.get(at);
      if (chunk == null
          || chunk.work + more > RedisTaskStore.MOST_TASKS
          || chunk.bytes + size > RedisTaskStore.MOST_BYTES) {
        chunk = new Open<>();
        open.put(at, chunk);
        full.add(new Chunk<>(at, chunk.items));
      }
      chunk.items.add(item);
      chunk.bytes += size;
      chunk.work += more;
    }
    return full;
  }

  private static final class Open<T> {
    private final List<T> items = new ArrayList<>();
    private int bytes;
    private int work;
  }
}
