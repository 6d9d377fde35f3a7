package io.taskorch.store;

import io.taskorch.task.TaskId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * Which partition holds what. All keys of a partition share one slot of a cluster.
 *
 * @param count 1 to 1,024, fixed for a namespace that holds tasks
 */
public record Partitions(int count) {

  public Partitions {
    if (count < 1 || count > TaskId.MOST_PARTITIONS) {
      throw new IllegalArgumentException("partitions is " + count + ", not 1 to 1024");
    }
  }

  /** CRC32C of the key's UTF-8 bytes, modulo the number of partitions. */
  public int of(String key) {
    CRC32C sum = new CRC32C();
    sum.update(key.getBytes(StandardCharsets.UTF_8));
    return (int) (sum.getValue() % count);
  }

  /** Where a task or run goes that nothing ties to others. */
  public int any() {
    return count == 1 ? 0 : ThreadLocalRandom.current().nextInt(count);
  }

  public String newId(int partition, Instant now) {
    return TaskId.next(now, partition);
  }

  /** Whether an id has the right shape and names a partition that exists. */
  public boolean holds(String id) {
    return TaskId.isValid(id) && TaskId.partitionOf(id) < count;
  }
}
