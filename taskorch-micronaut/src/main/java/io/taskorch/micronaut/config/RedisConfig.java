package io.taskorch.micronaut.config;

import io.taskorch.Taskorch.Mode;
import io.taskorch.store.Partitions;
import io.taskorch.task.TaskId;
import java.util.List;

/**
 * Where Redis is.
 *
 * @param addr {@code host:port} or {@code redis[s]://host:port}: one, or several sentinels or nodes
 *     of a cluster
 * @param username empty for none
 * @param password empty for none
 * @param db the number of the database; a cluster has only 0
 * @param tls whether connections are encrypted
 * @param ca a file of certificates (PEM) to trust; empty for the JDK's
 * @param allowEviction accepts a Redis that may evict keys, and so lose tasks
 * @param namespace a name; what two installations keep apart on one Redis
 * @param partitions see {@link Partitions}
 */
public record RedisConfig(
    List<String> addr,
    String username,
    String password,
    int db,
    boolean tls,
    String ca,
    boolean allowEviction,
    Mode mode,
    String namespace,
    int partitions) {

  public RedisConfig {
    addr = List.copyOf(addr);
  }

  static RedisConfig read(Settings settings) {
    RedisConfig config =
        new RedisConfig(
            settings.addresses("addr", List.of("localhost:6379")),
            settings.text("username", ""),
            settings.text("password", ""),
            settings.number("db", 0, 0, 16_383),
            settings.flag("tls", false),
            settings.file("ca"),
            settings.flag("allow_eviction", false),
            settings.choice("mode", Mode.SINGLE),
            settings.name("namespace", "taskorch"),
            settings.number("partitions", 1, 1, TaskId.MOST_PARTITIONS));
    if (config.mode == Mode.SINGLE && config.addr.size() > 1) {
      settings.refuse("addr", "has several addresses, but redis.mode is single");
    }
    if (config.mode == Mode.CLUSTER && config.db != 0) {
      settings.refuse("db", "is not 0, the only database of a cluster");
    }
    return config;
  }

  /** Without the password. */
  @Override
  public String toString() {
    return "RedisConfig[" + mode + " " + addr + ", namespace " + namespace + "]";
  }
}
