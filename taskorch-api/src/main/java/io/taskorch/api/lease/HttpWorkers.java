package io.taskorch.api.lease;

import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps the workers that call by HTTP on the list: each for a minute after its last call. */
@Singleton
final class HttpWorkers {

  /** More frequent calls are told to the registry once in this time. */
  private static final Duration NOTED_EVERY = Duration.ofSeconds(5);

  /** A minute after the last call, which may have gone unnoted. */
  private static final Duration LIVE_FOR = Duration.ofMinutes(1).plus(NOTED_EVERY);

  private static final int MOST_REMEMBERED = 10_000;

  private final WorkerRegistry registry;
  private final ReentrantLock lock = new ReentrantLock();

  /** By worker id, the one longest unheard of first. */
  private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

  HttpWorkers(Stores stores) {
    this.registry = stores.workers();
  }

  /**
   * @param notedAt by {@link System#nanoTime}
   */
  private record Known(WorkerInfo info, long notedAt, boolean drain) {
    boolean recent() {
      return System.nanoTime() - notedAt < NOTED_EVERY.toNanos();
    }
  }

  /**
   * A worker has asked for work.
   *
   * @return whether somebody asks it to drain
   */
  boolean claims(WorkerInfo worker) {
    Known before = find(worker.id());
    if (before != null && before.recent() && before.info().equals(worker)) {
      return before.drain();
    }
    return note(worker);
  }

  /** A worker has spoken of one of its leases. */
  void speaks(String workerId) {
    Known before = find(workerId);
    if (before != null && before.recent()) {
      return;
    }
    Optional<WorkerInfo> info =
        before != null
            ? Optional.of(before.info())
            : registry.list().stream()
                .map(RegisteredWorker::info)
                .filter(worker -> worker.id().equals(workerId))
                .findAny();
    info.ifPresent(this::note);
  }

  private boolean note(WorkerInfo worker) {
    boolean drain = registry.beat(worker, LIVE_FOR);
    lock.lock();
    try {
      known.put(worker.id(), new Known(worker, System.nanoTime(), drain));
      if (known.size() > MOST_REMEMBERED) {
        var oldest = known.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
    } finally {
      lock.unlock();
    }
    return drain;
  }

  private @Nullable Known find(String workerId) {
    lock.lock();
    try {
      return known.get(workerId);
    } finally {
      lock.unlock();
    }
  }
}
