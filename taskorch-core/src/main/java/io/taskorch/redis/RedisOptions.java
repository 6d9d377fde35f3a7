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
    return builder().addresses(List.of(address)).build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A builder that begins with these values. */
  public Builder toBuilder() {
    return new Builder()
        .mode(mode)
        .addresses(addresses)
        .username(username)
        .password(password)
        .database(database)
        .tls(tls)
        .ca(ca)
        .sentinelMaster(sentinelMaster)
        .allowEviction(allowEviction)
        .namespace(namespace)
        .partitions(partitions)
        .callBudget(callBudget)
        .scriptOverrides(scriptOverrides);
  }

  /** Collects what differs from the defaults. */
  public static final class Builder {
    private Mode mode = Mode.SINGLE;
    private List<String> addresses = List.of("redis://localhost:6379");
    private @Nullable String username;
    private @Nullable String password;
    private int database;
    private boolean tls;
    private @Nullable String ca;
    private String sentinelMaster = "mymaster";
    private boolean allowEviction;
    private String namespace = "taskorch";
    private int partitions = 1;
    private Duration callBudget = Duration.ofSeconds(5);
    private Map<String, String> scriptOverrides = Map.of();

    private Builder() {}

    public Builder mode(Mode value) {
      this.mode = value;
      return this;
    }

    public Builder addresses(List<String> value) {
      this.addresses = value;
      return this;
    }

    public Builder username(@Nullable String value) {
      this.username = value;
      return this;
    }

    public Builder password(@Nullable String value) {
      this.password = value;
      return this;
    }

    public Builder database(int value) {
      this.database = value;
      return this;
    }

    public Builder tls(boolean value) {
      this.tls = value;
      return this;
    }

    public Builder ca(@Nullable String file) {
      this.ca = file;
      return this;
    }

    public Builder sentinelMaster(String value) {
      this.sentinelMaster = value;
      return this;
    }

    public Builder allowEviction(boolean value) {
      this.allowEviction = value;
      return this;
    }

    public Builder namespace(String value) {
      this.namespace = value;
      return this;
    }

    public Builder partitions(int value) {
      this.partitions = value;
      return this;
    }

    public Builder callBudget(Duration value) {
      this.callBudget = value;
      return this;
    }

    public Builder scriptOverrides(Map<String, String> value) {
      this.scriptOverrides = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException there is no address
     */
    public RedisOptions build() {
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
          scriptOverrides);
    }
  }
}
