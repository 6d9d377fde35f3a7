package io.taskorch.redis;

import io.netty.channel.epoll.Epoll;
import io.taskorch.store.BatchStore;
import io.taskorch.store.DefinitionStore;
import io.taskorch.store.EventLog;
import io.taskorch.store.Hints;
import io.taskorch.store.Homes;
import io.taskorch.store.IdempotencyStore;
import io.taskorch.store.LimitStore;
import io.taskorch.store.Partitions;
import io.taskorch.store.QueueStore;
import io.taskorch.store.RunStore;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.Stores;
import io.taskorch.store.TaskLogs;
import io.taskorch.store.TaskQuery;
import io.taskorch.store.TaskStore;
import io.taskorch.store.TaskUpkeep;
import io.taskorch.store.WorkerRegistry;
import io.taskorch.task.Names;
import io.taskorch.task.StoreUnavailableException;
import java.io.File;
import java.net.MalformedURLException;
import java.util.List;
import org.redisson.Redisson;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.BaseMasterSlaveServersConfig;
import org.redisson.config.ClusterServersConfig;
import org.redisson.config.Config;
import org.redisson.config.ReadMode;
import org.redisson.config.SentinelServersConfig;
import org.redisson.config.SingleServerConfig;
import org.redisson.config.TransportMode;

/** Every port of the store on one Redis, Sentinel group or cluster. */
public final class RedisStores implements Stores {

  /**
   * Many tasks a call rather than many calls at once: few connections let the calls of many threads
   * share a write (measured: 84,000 calls a second over 8, 51,000 over 64).
   */
  private static final int CONNECTIONS = 8;

  private static final int SUBSCRIPTION_CONNECTIONS = 2;
  private static final int SUBSCRIPTIONS_A_CONNECTION = 2_000;
  private static final int NETTY_THREADS = 2;
  private static final int LISTENER_THREADS = 2;
  private static final int ANSWER_WITHIN_MS = 2_000;

  /** An answer that does not come leaves time to ask twice more within the budget. */
  private static final double ANSWER_WITHIN_SHARE = 0.4;

  private final RedissonClient redisson;
  private final Partitions partitions;
  private final RedisCalls calls;
  private final RedisTaskQuery query;
  private final RedisDefinitionStore definitions;
  private final RunAdvance advance;
  private final RedisTaskStore tasks;
  private final RedisQueueStore queues;
  private final RedisLimitStore limits;
  private final Homes homes;
  private final RedisServer server;
  private final RedisHints hints;

  private RedisStores(
      RedissonClient redisson, RedisOptions options, RedisServer server, RedisCalls.Maker maker) {
    this.redisson = redisson;
    this.partitions = new Partitions(options.partitions());
    this.calls =
        maker.make(
            redisson,
            new ScriptLibrary(server.isCluster(), options.scriptOverrides()),
            new Keys(options.namespace()),
            options.callBudget());
    this.query = new RedisTaskQuery(calls, partitions);
    this.definitions = new RedisDefinitionStore(calls, partitions);
    QueueSettings queueSettings = new QueueSettings(calls, partitions);
    this.queues = new RedisQueueStore(calls, partitions, queueSettings);
    this.limits = new RedisLimitStore(calls, partitions, queueSettings, queues);
    this.homes = new Homes(partitions, limits);
    this.advance = new RunAdvance(calls, new StepDecider(calls, query, definitions, homes));
    this.tasks = new RedisTaskStore(calls, query, advance, homes);
    this.server = server;
    this.hints = new RedisHints(calls, redisson, partitions);
  }

  /**
   * Connects and checks that this Redis and namespace can be used.
   *
   * @throws StoreUnavailableException when nothing answers there
   * @throws IllegalStateException when the Redis is too old, would throw tasks away, or holds the
   *     namespace with another number of partitions
   */
  public static RedisStores connect(RedisOptions options) {
    return connect(options, RedisCalls::new);
  }

  /** The same with another way in, as tests need one to end a program at a call. */
  static RedisStores connect(RedisOptions options, RedisCalls.Maker maker) {
    if (!Names.isValid(options.namespace())) {
      throw new IllegalArgumentException("the namespace is not " + Names.SHAPE_IN_WORDS);
    }
    RedissonClient redisson;
    try {
      redisson = Redisson.create(config(options));
    } catch (RedisException e) {
      throw new StoreUnavailableException("no Redis answers at " + options.addresses(), e);
    }
    try {
      RedisServer server = new RedisServer(redisson, options);
      server.check();
      RedisStores stores = new RedisStores(redisson, options, server, maker);
      stores.checkPartitions();
      return stores;
    } catch (RuntimeException e) {
      redisson.shutdown();
      throw e;
    }
  }

  private void checkPartitions() {
    RMap<String, String> facts =
        redisson.getMap(calls.keys().namespaceFacts(), StringCodec.INSTANCE);
    String wanted = Integer.toString(partitions.count());
    String held = facts.putIfAbsent("partitions", wanted);
    if (held != null && !held.equals(wanted)) {
      throw new IllegalStateException(
          "this namespace has "
              + held
              + " partitions, not "
              + wanted
              + ": set redis.partitions to "
              + held
              + " or use another redis.namespace");
    }
  }

  private static Config config(RedisOptions options) {
    Config config = new Config();
    config.setCodec(ByteArrayCodec.INSTANCE);
    // Else it looks at every argument of every call for objects of its own.
    config.setReferenceEnabled(false);
    config.setTransportMode(Epoll.isAvailable() ? TransportMode.EPOLL : TransportMode.NIO);
    config.setNettyThreads(NETTY_THREADS);
    config.setThreads(LISTENER_THREADS);
    List<String> urls = options.addresses().stream().map(a -> url(a, options.tls())).toList();
    switch (options.mode()) {
      case SINGLE -> {
        SingleServerConfig single = config.useSingleServer();
        common(single, options);
        single
            .setAddress(urls.getFirst())
            .setDatabase(options.database())
            .setConnectionPoolSize(CONNECTIONS)
            .setConnectionMinimumIdleSize(1)
            .setSubscriptionConnectionPoolSize(SUBSCRIPTION_CONNECTIONS)
            .setSubscriptionConnectionMinimumIdleSize(1);
      }
      case SENTINEL -> {
        SentinelServersConfig sentinel = config.useSentinelServers();
        common(sentinel, options);
        replicated(sentinel);
        sentinel
            .setMasterName(options.sentinelMaster())
            .setDatabase(options.database())
            .setSentinelAddresses(urls);
      }
      case CLUSTER -> {
        ClusterServersConfig cluster = config.useClusterServers();
        common(cluster, options);
        replicated(cluster);
        cluster.setNodeAddresses(urls);
      }
    }
    return config;
  }

  private static void common(BaseConfig<?> config, RedisOptions options) {
    config.setRetryAttempts(0);
    int answerWithin =
        (int) Math.min(ANSWER_WITHIN_MS, ANSWER_WITHIN_SHARE * options.callBudget().toMillis());
    config.setTimeout(answerWithin);
    config.setConnectTimeout(ANSWER_WITHIN_MS);
    config.setSubscriptionsPerConnection(SUBSCRIPTIONS_A_CONNECTION);
    if (options.username() != null && !options.username().isEmpty()) {
      config.setUsername(options.username());
    }
    if (options.password() != null && !options.password().isEmpty()) {
      config.setPassword(options.password());
    }
    String ca = options.ca();
    if (ca != null && !ca.isEmpty()) {
      try {
        config.setSslTruststore(new File(ca).toURI().toURL());
        config.setSslKeystoreType("PEM");
      } catch (MalformedURLException e) {
        throw new IllegalArgumentException("redis.ca is not a file", e);
      }
    }
  }

  private static void replicated(BaseMasterSlaveServersConfig<?> config) {
    config.setReadMode(ReadMode.MASTER);
    config.setMasterConnectionPoolSize(CONNECTIONS);
    config.setMasterConnectionMinimumIdleSize(1);
    config.setSubscriptionConnectionPoolSize(SUBSCRIPTION_CONNECTIONS);
    config.setSubscriptionConnectionMinimumIdleSize(1);
  }

  private static String url(String address, boolean tls) {
    return address.contains("://") ? address : (tls ? "rediss://" : "redis://") + address;
  }

  @Override
  public Partitions partitions() {
    return partitions;
  }

  @Override
  public TaskStore tasks() {
    return tasks;
  }

  @Override
  public TaskQuery query() {
    return query;
  }

  @Override
  public TaskLogs logs() {
    return new RedisTaskLogs(calls, partitions);
  }

  @Override
  public QueueStore queues() {
    return queues;
  }

  @Override
  public LimitStore limits() {
    return limits;
  }

  @Override
  public RunStore runs() {
    return new RedisRunStore(calls, partitions, definitions, advance, homes);
  }

  @Override
  public BatchStore batches() {
    return new RedisBatchStore(calls, partitions, tasks, advance);
  }

  @Override
  public ScheduleStore schedules() {
    return new RedisScheduleStore(calls, partitions);
  }

  @Override
  public DefinitionStore definitions() {
    return definitions;
  }

  @Override
  public TaskUpkeep upkeep() {
    return new RedisTaskUpkeep(calls, server);
  }

  @Override
  public WorkerRegistry workers() {
    return new RedisWorkerRegistry(calls);
  }

  @Override
  public IdempotencyStore idempotency() {
    return new RedisIdempotencyStore(calls, partitions);
  }

  @Override
  public EventLog events() {
    return new RedisEventLog(calls);
  }

  @Override
  public Hints hints() {
    return hints;
  }

  @Override
  public void ping() {
    calls.word(0, "task/states", Args.of().addAll(List.of("ping")));
  }

  @Override
  public void close() {
    redisson.shutdown();
  }
}
