package io.taskorch.testing;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The clock of a namespace whose scripts were loaded with {@link #INCLUDE}: the server's own until
 * it is set. It knows all partitions.
 */
public final class ManualClock implements InstantSource, AutoCloseable {

  /** The resource to load in place of {@code lib/now}. */
  public static final String INCLUDE = "io/taskorch/redis/testing/now.lua";

  private final ReentrantLock lock = new ReentrantLock();
  private final RawRedis redis;
  private final String namespace;
  private final int partitions;

  /**
   * @param redis the namespace's server
   */
  public ManualClock(URI redis, String namespace, int partitions) {
    this.redis = RawRedis.connect(redis);
    this.namespace = namespace;
    this.partitions = partitions;
  }

  /** Stands still at this instant, of which the milliseconds count. */
  public void stopAt(Instant instant) {
    lock.lock();
    try {
      set("=" + instant.toEpochMilli());
    } finally {
      lock.unlock();
    }
  }

  /** Stands still from now on, so that tests see exact times. */
  public void stop() {
    stopAt(instant());
  }

  /** Goes on, or back, by this much at once; a clock that stands still stands there then. */
  public void advance(Duration time) {
    lock.lock();
    try {
      String set = redis.text("GET", key(0));
      String sign = set != null && set.startsWith("=") ? "=" : "";
      long before = set == null ? 0 : Long.parseLong(set.substring(sign.length()));
      set(sign + (before + time.toMillis()));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Instant instant() {
    lock.lock();
    try {
      String set = redis.text("GET", key(0));
      if (set != null && set.startsWith("=")) {
        return Instant.ofEpochMilli(Long.parseLong(set.substring(1)));
      }
      Instant server = serverTime();
      return set == null ? server : server.plusMillis(Long.parseLong(set));
    } finally {
      lock.unlock();
    }
  }

  private Instant serverTime() {
    List<String> time = redis.texts("TIME");
    long micros = Long.parseLong(time.get(1));
    return Instant.ofEpochSecond(Long.parseLong(time.get(0)), micros * 1000);
  }

  private void set(String value) {
    for (int p = 0; p < partitions; p++) {
      redis.call("SET", key(p), value);
    }
  }

  private String key(int partition) {
    return "{" + namespace + ":" + partition + "}:clock";
  }

  @Override
  public void close() {
    redis.close();
  }
}
