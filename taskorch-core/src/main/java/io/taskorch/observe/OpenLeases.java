package io.taskorch.observe;

import io.taskorch.task.Lease;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The leases that were claimed in this process and are not settled yet, so that an outcome, which
 * names its lease only, can be told by queue and type.
 */
final class OpenLeases {

  /** Those that are never settled, as of a caller that has died, go when there are so many. */
  private static final int MOST = 200_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Map<Lease, Open> open = new LinkedHashMap<>();

  /**
   * @param since by {@link System#nanoTime}
   */
  record Open(TaskMeters.OfKind meters, long since) {}

  void add(Map<Lease, Open> claimed) {
    lock.lock();
    try {
      open.putAll(claimed);
      var oldest = open.keySet().iterator();
      while (open.size() > MOST) {
        oldest.next();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
  }

  @Nullable Open remove(Lease lease) {
    lock.lock();
    try {
      return open.remove(lease);
    } finally {
      lock.unlock();
    }
  }
}
