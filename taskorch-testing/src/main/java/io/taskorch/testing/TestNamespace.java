package io.taskorch.testing;

import io.taskorch.redis.RedisOptions;
import io.taskorch.redis.RedisOptions.Mode;
import io.taskorch.redis.RedisStores;
import io.taskorch.store.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A namespace of its own for one test, with a clock under the test's control. Closing it deletes
 * every key of it.
 */
public final class TestNamespace implements AutoCloseable {

  private final URI redis;
  private final RedisOptions options;
  private final RawRedis raw;
  private final ManualClock clock;
  private final Stores stores;

  private TestNamespace(URI redis, RedisOptions options) {
    this.redis = redis;
    this.options = options;
    this.raw = RawRedis.connect(redis);
    this.clock = new ManualClock(redis, options.namespace(), options.partitions());
    this.stores = connect();
  }

  /** On a single server. */
  public static TestNamespace open(URI redis, int partitions) {
    return open(redis, RedisOptions.single(redis.toString()), partitions);
  }

  /** On a cluster of which the address is one node. */
  public static TestNamespace openOnCluster(URI redis, int partitions) {
    return open(
        redis,
        RedisOptions.single(redis.toString()).toBuilder().mode(Mode.CLUSTER).build(),
        partitions);
  }

  /**
   * With settings of its own, whose namespace, partitions and clock are replaced.
   *
   * @param redis where the options lead, past any proxy that they go through
   */
  public static TestNamespace open(URI redis, RedisOptions options, int partitions) {
    Map<String, String> overrides = new HashMap<>(options.scriptOverrides());
    overrides.put("lib/now", settableClock());
    return new TestNamespace(
        redis,
        options.toBuilder()
            .namespace("test-" + UUID.randomUUID())
            .partitions(partitions)
            .scriptOverrides(overrides)
            .build());
  }

  private static String settableClock() {
    try (InputStream file =
        TestNamespace.class.getClassLoader().getResourceAsStream(ManualClock.INCLUDE)) {
      if (file == null) {
        throw new IllegalStateException(ManualClock.INCLUDE + " is missing");
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return options.namespace();
  }

  public int partitions() {
    return options.partitions();
  }

  /** Where the namespace is. */
  public URI redis() {
    return redis;
  }

  /** The ports of the namespace, by the test's clock. */
  public Stores stores() {
    return stores;
  }

  /** How to reach the namespace, with its clock. */
  public RedisOptions options() {
    return options;
  }

  /** Ports of the namespace over a connection of their own, for the caller to close. */
  public Stores connect() {
    return RedisStores.connect(options);
  }

  public ManualClock clock() {
    return clock;
  }

  /** A connection past the ports. */
  public RawRedis raw() {
    return raw;
  }

  /** Deletes everything that the namespace holds, its clock's setting too. */
  public void clear() {
    for (int p = 0; p < partitions(); p++) {
      raw.deleteAll("{" + name() + ":" + p + "}");
    }
  }

  @Override
  public void close() {
    stores.close();
    clear();
    clock.close();
    raw.close();
  }
}
