package io.taskorch;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.client.BatchClient;
import io.taskorch.client.LimitClient;
import io.taskorch.client.ScheduleClient;
import io.taskorch.client.TaskClient;
import io.taskorch.client.WorkflowClient;
import io.taskorch.json.PayloadCodec;
import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.redis.RedisOptions;
import io.taskorch.redis.RedisStores;
import io.taskorch.shell.ShellOptions;
import io.taskorch.shell.ShellTasks;
import io.taskorch.store.QueueStore;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry;
import io.taskorch.upkeep.Upkeep;
import io.taskorch.upkeep.UpkeepOptions;
import io.taskorch.worker.Handler;
import io.taskorch.worker.HandlerRegistry;
import io.taskorch.worker.Worker;
import io.taskorch.worker.WorkerOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The front door: one connection to a namespace, its clients, and, once started, a worker for the
 * registered handlers and upkeep in this process.
 *
 * {@snippet :
 * try (var taskorch = Taskorch.connect("redis://localhost:6379")) {
 *   taskorch.register(new ImageTasks());
 *   taskorch.start();
 *   Thumb thumb =
 *       taskorch.client().enqueue("process_image", image, Thumb.class).await(Duration.ofSeconds(30));
 * }
 * }
 */
public final class Taskorch implements AutoCloseable {

  /** Whose the limits of the builder are. */
  private static final String DECLARER = "code";

  private final Stores stores;
  private final PayloadCodec codec;
  private final InstantSource clock;
  private final WorkerOptions workerOptions;
  private final @Nullable UpkeepOptions upkeepOptions;
  private final HandlerRegistry handlers = new HandlerRegistry();
  private final TaskClient client;
  private final WorkflowClient workflows;
  private final ScheduleClient schedules;
  private final LimitClient limits;
  private final DeclaredLimits declaredLimits;
  private final @Nullable ShellTasks shell;

  private final ReentrantLock lifecycle = new ReentrantLock();
  private volatile @Nullable Worker worker;
  private volatile @Nullable Upkeep upkeep;
  private boolean started;
  private boolean closed;

  private Taskorch(Builder builder, Stores stores) {
    this.stores = stores;
    this.codec = new PayloadCodec(builder.mapper);
    this.clock = builder.clock;
    this.workerOptions = builder.worker;
    this.upkeepOptions = builder.upkeep;
    this.client = new TaskClient(stores, codec, clock);
    this.workflows = new WorkflowClient(stores, codec, clock);
    this.schedules = new ScheduleClient(stores, codec);
    this.limits = new LimitClient(stores);
    this.declaredLimits = new DeclaredLimits(builder.queues, builder.limits);
    this.shell = builder.shell.enabled() ? new ShellTasks(builder.shell, stores, clock) : null;
    if (shell != null) {
      handlers.add(shell.handler());
    }
  }

  /**
   * Connects with every default.
   *
   * @param address {@code redis://host:port}, {@code rediss://…} for TLS
   * @throws io.taskorch.task.StoreUnavailableException when nothing answers there
   */
  public static Taskorch connect(String address) {
    return builder().address(address).connect();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Registers every method of the object that has {@link io.taskorch.worker.TaskHandler} or {@link
   * io.taskorch.workflow.Workflow}. Before the start.
   *
   * @throws IllegalArgumentException when there is none, or one cannot be what it says
   */
  public Taskorch register(Object annotated) {
    handlers.add(annotated);
    return this;
  }

  /** Registers a handler that is not a method. Before the start. */
  public Taskorch register(Handler handler) {
    handlers.add(handler);
    return this;
  }

  /** The handlers of this process; more can be added before the start. */
  public HandlerRegistry handlers() {
    return handlers;
  }

  /**
   * Stores the workflows, schedules and limits that methods and the builder declare, then starts
   * the worker, if a handler is registered, and upkeep, unless it is off. A second call changes
   * nothing.
   *
   * @throws IllegalStateException after {@link #close}
   * @throws io.taskorch.task.StoreUnavailableException nothing has started; it may be called again
   */
  public Taskorch start() {
    lifecycle.lock();
    try {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      if (!started) {
        handlers.seal();
        workflows.declareAll(handlers.workflows());
        schedules.declareAll(handlers.schedules());
        declareLimits();
        startWorker();
        startUpkeep();
        started = true;
      }
      return this;
    } finally {
      lifecycle.unlock();
    }
  }

  private void declareLimits() {
    limits.declareAll(handlers.limits());
    if (!declaredLimits.equals(DeclaredLimits.NONE)) {
      // Nothing is taken away: another program's builder may declare others.
      limits.declare(DECLARER, declaredLimits);
    }
  }

  private void startWorker() {
    if (!handlers.isEmpty()) {
      Worker starting = new Worker(stores, handlers, workerOptions, codec, clock);
      starting.start();
      worker = starting;
    }
    if (shell != null) {
      shell.start();
    }
  }

  private void startUpkeep() {
    if (upkeepOptions != null) {
      Upkeep starting = new Upkeep(stores, upkeepOptions, clock);
      upkeep = starting;
      starting.start();
    }
  }

  public TaskClient client() {
    return client;
  }

  public BatchClient batches() {
    return client.batches();
  }

  public WorkflowClient workflows() {
    return workflows;
  }

  public ScheduleClient schedules() {
    return schedules;
  }

  public LimitClient limits() {
    return limits;
  }

  public QueueStore queues() {
    return stores.queues();
  }

  /** The workers of the namespace. */
  public WorkerRegistry workers() {
    return stores.workers();
  }

  /** The worker of this process; empty before the start and without handlers. */
  public Optional<Worker> worker() {
    return Optional.ofNullable(worker);
  }

  /** Upkeep in this process; empty before the start and when it is off. */
  public Optional<Upkeep> upkeep() {
    return Optional.ofNullable(upkeep);
  }

  /** The ports below, for what is built on them. */
  public Stores stores() {
    return stores;
  }

  /** Drains the worker, ends upkeep and the connection. A second call changes nothing. */
  @Override
  public void close() {
    // Put off until the end: nothing that saves tasks may be cut short.
    boolean interrupted = Thread.interrupted();
    lifecycle.lock();
    try {
      if (!closed) {
        closed = true;
        worker().ifPresent(Worker::close);
        if (shell != null) {
          shell.close();
        }
        upkeep().ifPresent(Upkeep::close);
        stores.close();
      }
    } finally {
      lifecycle.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How the addresses are to be understood. */
  public enum Mode {
    SINGLE,
    SENTINEL,
    CLUSTER
  }

  /** Collects what differs from the defaults. */
  public static final class Builder {
    private final RedisOptions.Builder redis = RedisOptions.builder();
    private WorkerOptions worker = WorkerOptions.DEFAULT;
    private @Nullable UpkeepOptions upkeep = UpkeepOptions.DEFAULT;
    private ShellOptions shell = ShellOptions.OFF;
    private final Map<String, QueueLimits> queues = new HashMap<>();
    private final Map<String, Limits> limits = new HashMap<>();
    private ObjectMapper mapper = PayloadCodec.defaultMapper();
    private InstantSource clock = InstantSource.system();
    private @Nullable Stores stores;
    private UnaryOperator<Stores> decorator = UnaryOperator.identity();

    private Builder() {}

    /** {@code redis://host:port}, {@code rediss://…} for TLS, or {@code host:port}. */
    public Builder address(String value) {
      return addresses(List.of(value));
    }

    /** Of all sentinels, or of some nodes of a cluster. */
    public Builder addresses(List<String> value) {
      redis.addresses(value);
      return this;
    }

    public Builder mode(Mode value) {
      redis.mode(
          switch (value) {
            case SINGLE -> RedisOptions.Mode.SINGLE;
            case SENTINEL -> RedisOptions.Mode.SENTINEL;
            case CLUSTER -> RedisOptions.Mode.CLUSTER;
          });
      return this;
    }

    /** The name of the master that the sentinels watch. */
    public Builder sentinelMaster(String value) {
      redis.sentinelMaster(value);
      return this;
    }

    public Builder username(String value) {
      redis.username(value);
      return this;
    }

    public Builder password(String value) {
      redis.password(value);
      return this;
    }

    public Builder database(int value) {
      redis.database(value);
      return this;
    }

    public Builder tls(boolean value) {
      redis.tls(value);
      return this;
    }

    /** A file of certificates (PEM) to trust, in place of the JDK's. */
    public Builder ca(String file) {
      redis.ca(file);
      return this;
    }

    /** A name; what two programs keep apart on one Redis. */
    public Builder namespace(String value) {
      redis.namespace(value);
      return this;
    }

    /** 1 to 1,024; fixed for a namespace that holds tasks. */
    public Builder partitions(int value) {
      redis.partitions(value);
      return this;
    }

    /** Accepts a Redis that may evict keys, and so lose tasks. */
    public Builder allowEviction(boolean value) {
      redis.allowEviction(value);
      return this;
    }

    /** How long one call to Redis is tried before it is given up; 5 s by default. */
    public Builder callBudget(Duration value) {
      redis.callBudget(value);
      return this;
    }

    public Builder worker(WorkerOptions value) {
      this.worker = value;
      return this;
    }

    /** Which commands the worker of this process runs; none by default. */
    public Builder shell(ShellOptions value) {
      this.shell = value;
      return this;
    }

    /**
     * Limits of a queue, set at the start when they are new or have changed: what somebody sets
     * meanwhile stays until then. They stay when the program does not say them any more.
     */
    public Builder queue(String name, QueueLimits value) {
      queues.put(name, value);
      return this;
    }

    /** The same for a key that tasks give as their {@code limit}. */
    public Builder limit(String key, Limits value) {
      limits.put(key, value);
      return this;
    }

    public Builder upkeep(UpkeepOptions value) {
      this.upkeep = value;
      return this;
    }

    /** Leaves upkeep to other processes. */
    public Builder withoutUpkeep() {
      this.upkeep = null;
      return this;
    }

    /** Writes and reads payloads and results, in place of {@link PayloadCodec#defaultMapper}. */
    public Builder objectMapper(ObjectMapper value) {
      this.mapper = value;
      return this;
    }

    /** The clock that ids and estimates are made by; the rest goes by the store's. */
    public Builder clock(InstantSource value) {
      this.clock = value;
      return this;
    }

    /** Ports to use in place of a connection of its own, closed with it. */
    public Builder stores(Stores value) {
      this.stores = value;
      return this;
    }

    /** Puts something between the ports and all that uses them, such as metrics. */
    public Builder decorate(UnaryOperator<Stores> value) {
      this.decorator = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException naming the setting that is wrong
     * @throws io.taskorch.task.StoreUnavailableException when nothing answers at the address
     */
    public Taskorch connect() {
      Stores open = stores != null ? stores : RedisStores.connect(redis.build());
      return new Taskorch(this, decorator.apply(open));
    }
  }
}
