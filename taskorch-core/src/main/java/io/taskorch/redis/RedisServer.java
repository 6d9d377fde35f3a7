package io.taskorch.redis;

import io.taskorch.task.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.redisson.api.RedissonClient;
import org.redisson.api.redisnode.RedisNode;
import org.redisson.api.redisnode.RedisNode.InfoSection;
import org.redisson.api.redisnode.RedisNodes;
import org.redisson.client.RedisException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the Redis itself says of itself: version, memory, persistence. */
final class RedisServer {

  private static final Logger log = LoggerFactory.getLogger(RedisServer.class);
  private static final int OLDEST_VERSION = 7;

  private final RedissonClient redisson;
  private final RedisOptions options;
  private boolean cluster;

  RedisServer(RedissonClient redisson, RedisOptions options) {
    this.redisson = redisson;
    this.options = options;
  }

  private List<RedisNode> masters() {
    return switch (options.mode()) {
      case SINGLE -> List.of(redisson.getRedisNodes(RedisNodes.SINGLE).getInstance());
      case SENTINEL ->
          List.of(redisson.getRedisNodes(RedisNodes.SENTINEL_MASTER_SLAVE).getMaster());
      case CLUSTER -> new ArrayList<>(redisson.getRedisNodes(RedisNodes.CLUSTER).getMasters());
    };
  }

  /** Refuses a Redis that would lose tasks by its settings, and warns of one that may. */
  void check() {
    for (RedisNode node : masters()) {
      Map<String, String> info = node.info(InfoSection.ALL);
      cluster |= info.getOrDefault("cluster_enabled", "0").equals("1");
      String version = info.getOrDefault("redis_version", "0");
      boolean valkey = info.containsKey("valkey_version");
      if (!valkey && Integer.parseInt(version.split("\\.", 2)[0]) < OLDEST_VERSION) {
        throw new IllegalStateException(
            "Redis " + version + " is too old: taskorch needs Redis 7.0 or Valkey 7.2 or newer");
      }
      String policy = info.getOrDefault("maxmemory_policy", "noeviction");
      if (!policy.equals("noeviction")) {
        String found = "Redis throws keys away when it is full (maxmemory-policy " + policy + ")";
        if (!options.allowEviction()) {
          throw new IllegalStateException(
              found + ": set it to noeviction, or redis.allow_eviction to start all the same");
        }
        log.warn("{}; tasks may be lost", found);
      }
      if (info.getOrDefault("aof_enabled", "0").equals("0")) {
        log.warn("Redis keeps no append-only file: a restart of it may lose acknowledged tasks");
      }
    }
  }

  /** Whether keys may move to another node; known once it has been checked. */
  boolean isCluster() {
    return cluster;
  }

  /**
   * The largest share of its {@code maxmemory} that a master has used, 0 without a limit.
   *
   * @throws StoreUnavailableException when a master does not answer
   */
  double memoryUsed() {
    try {
      return largestShareUsed();
    } catch (RedisException e) {
      throw new StoreUnavailableException("Redis cannot be reached", e);
    }
  }

  private double largestShareUsed() {
    double most = 0;
    for (RedisNode node : masters()) {
      Map<String, String> info = node.info(InfoSection.MEMORY);
      double limit = Double.parseDouble(info.getOrDefault("maxmemory", "0"));
      if (limit > 0) {
        most = Math.max(most, Double.parseDouble(info.getOrDefault("used_memory", "0")) / limit);
      }
    }
    return most;
  }
}
