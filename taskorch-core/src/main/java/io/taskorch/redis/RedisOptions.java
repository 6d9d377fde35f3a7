package io.taskorch.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to reach a Redis, and which part of it is ours.
 *
 * @param addresses {@code host:port} or a {@code redis://} or {@code rediss://} URL; of the
 *     sentinels or of some cluster nodes in those modes
 * @param sentinelMaster the name of the master that the sentinels watch; other modes ignore it
 * @param ca a PEM file of the certificate authority to trust with TLS; null for the usual ones
 * @param allowEviction start although Redis may throw away keys when it is full
 * @param namespace the first part of every key; a name
 * @param partitions how many slots the namespace is spread over; fixed once it holds tasks
 * @param callBudget how long one call is tried in all before it is given up
 * @param scriptOverrides Lua that takes the place of an include, by its name such as {@code
 *     lib/now}; for test kits
 */
public record RedisOptions(
    Mode mode,
    List<String> addresses,
    @Nullable String username,
    @Nullable String password,
    int database,
    boolean tls,
    @Nullable String ca,
    String sentinelMaster,
    boolean allowEviction,
    String namespace,
    int partitions,
    Duration callBudget,
    Map<String, String> scriptOverrides) {

  public static final String DEFAULT_NAMESPACE = "taskorch";

  /** What the addresses are of. */
  public enum Mode {
    SINGLE,
    SENTINEL,
    CLUSTER
  }

  public RedisOptions {
    addresses = List.copyOf(addresses);
    scriptOverrides = Map.copyOf(scriptOverrides);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("there is no address of a Redis");
    }
  }

  /** One Redis, one partition, everything else by default. */
  public static RedisOptions single(String address) {
    return new RedisOptions(
        Mode.SINGLE,
        List.of(address),
        null,
        null,
        0,
        false,
        null,
        "mymaster",
        false,
        DEFAULT_NAMESPACE,
        1,
        Duration.ofSeconds(5),
        Map.of());
  }

  public RedisOptions withMode(Mode newMode) {
    return new RedisOptions(
        newMode,
        addresses,
        username,
        password,
        database,
        tls,
        ca,
        sentinelMaster,
        allowEviction,
        namespace,
        partitions,
        callBudget,
        scriptOverrides);
  }

  public RedisOptions withNamespace(String newNamespace, int newPartitions) {
    return new RedisOptions(
        mode,
        addresses,
        username,
        password,
        database,
        tls,
        ca,
        sentinelMaster,
        allowEviction,
        newNamespace,
        newPartitions,
        callBudget,
        scriptOverrides);
  }

  public RedisOptions withCallBudget(Duration budget) {
    return new RedisOptions(
        mode,
        addresses,
        username,
        password,
        database,
        tls,
        ca,
        sentinelMaster,
        allowEviction,
        namespace,
        partitions,
        budget,
        scriptOverrides);
  }

  public RedisOptions withScriptOverrides(Map<String, String> overrides) {
    return new RedisOptions(
        mode,
        addresses,
        username,
        password,
        database,
        tls,
        ca,
        sentinelMaster,
        allowEviction,
        namespace,
        partitions,
        callBudget,
        overrides);
  }
}
