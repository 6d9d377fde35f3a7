package io.taskorch.task;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a caller submits. Only {@code type} is required.
 *
 * @param type which handlers take it; a name ({@link Names})
 * @param payload the handler's input, at most {@link #MOST_PAYLOAD_BYTES}
 * @param queue a name
 * @param retryPolicy wins over the handler's and the worker's; null leaves it to them
 * @param delay how long after the submission the task is due; not with {@code runAt}
 * @param runAt when the task is due
 * @param startBefore a task that has not started by then ends as {@code CANCELLED}, {@code expired}
 * @param timeout how long one attempt may run
 * @param idempotencyKey the same key again within 24 h gives the first task
 * @param tags at most 32, names
 * @param metadata at most 32 entries; keys are names, values at most 1,024 characters
 * @param retention how long the task is kept after its end, at most {@link #LONGEST_RETENTION};
 *     null for the default of its final state
 * @param unique a key that one task at a time holds; null for none. Not of a workflow's step, nor
 *     of what a schedule makes
 * @param flow what decides when it may run among others that are ready
 * @param schedule the schedule that made it; null for what anybody else submits
 * @param batch what it is to a batch; null for most
 */
public record TaskSpec(
    String type,
    Json payload,
    String queue,
    Priority priority,
    @Nullable RetryPolicy retryPolicy,
    @Nullable Duration delay,
    @Nullable Instant runAt,
    @Nullable Instant startBefore,
    @Nullable Duration timeout,
    @Nullable String idempotencyKey,
    List<String> tags,
    Map<String, String> metadata,
    @Nullable Duration retention,
    @Nullable UniqueKey unique,
    Flow flow,
    @Nullable String schedule,
    @Nullable BatchLink batch) {

  public static final String DEFAULT_QUEUE = "default";
  public static final int MOST_PAYLOAD_BYTES = 256 * 1024;

  /** How long a task is kept that has succeeded and does not say. */
  public static final Duration RETENTION_OF_SUCCESSES = Duration.ofHours(24);

  /** The stored field counts seconds in eight digits. */
  public static final Duration LONGEST_RETENTION = Duration.ofDays(1000);

  public static final int MOST_TAGS = 32;
  public static final int MOST_METADATA = 32;
  public static final int LONGEST_METADATA_VALUE = 1024;
  public static final int LONGEST_IDEMPOTENCY_KEY = 256;

  /** The last instant that fits the thirteen digits of a stored time: in the year 2286. */
  public static final Instant LAST_INSTANT = Instant.ofEpochMilli(9_999_999_999_999L);

  /**
   * @throws InvalidTaskException naming every field that is wrong
   */
  public TaskSpec {
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
    Violations wrong = new Violations();
    wrong.name("/type", type);
    wrong.name("/queue", queue);
    if (payload.size() > MOST_PAYLOAD_BYTES) {
      wrong.add("/payload", "too-large", "is larger than 256 KiB");
    }
    wrong.duration("/delay", delay, Duration.ZERO);
    wrong.duration("/timeout", timeout, Duration.ofMillis(1));
    if (retention != null
        && (retention.isNegative() || retention.compareTo(LONGEST_RETENTION) > 0)) {
      wrong.add("/retention", "out-of-range", "is not between 0 and 1000 days");
    }
    checkUnique(wrong, unique, retention);
    if (unique != null
        && unique.onConflict() == UniqueKey.OnConflict.QUEUE_ONE
        && flow.sequence() != null) {
      wrong.add("/sequence", "conflict", "excludes a unique key that queues one");
    }
    wrong.instant("/run_at", runAt);
    wrong.instant("/start_before", startBefore);
    if (delay != null && runAt != null) {
      wrong.add("/run_at", "conflict", "excludes delay");
    }
    if (idempotencyKey != null
        && (idempotencyKey.isEmpty() || idempotencyKey.length() > LONGEST_IDEMPOTENCY_KEY)) {
      wrong.add("/idempotency_key", "out-of-range", "is not 1 to 256 characters long");
    }
    if (tags.size() > MOST_TAGS) {
      wrong.add("/tags", "out-of-range", "has more than 32 entries");
    }
    for (int i = 0; i < tags.size(); i++) {
      wrong.name("/tags/" + i, tags.get(i));
    }
    if (metadata.size() > MOST_METADATA) {
      wrong.add("/metadata", "out-of-range", "has more than 32 entries");
    }
    metadata.forEach(
        (key, value) -> {
          if (!Names.isValid(key)) {
            wrong.add("/metadata", "invalid-name", "has a key that is not " + Names.SHAPE_IN_WORDS);
          } else if (value.length() > LONGEST_METADATA_VALUE) {
            wrong.add("/metadata/" + key, "out-of-range", "is longer than 1024 characters");
          }
        });
    wrong.throwIfAny();
  }

  /** A key is held by a task that is stored. */
  private static void checkUnique(
      Violations wrong, @Nullable UniqueKey unique, @Nullable Duration retention) {
    Duration ttl = unique == null ? null : unique.ttl();
    Duration kept = Objects.requireNonNullElse(retention, RETENTION_OF_SUCCESSES);
    if (ttl != null && ttl.compareTo(kept) > 0) {
      wrong.add(
          "/unique/ttl",
          "conflict",
          "is longer than a task is kept that has succeeded: 24 h unless retention says otherwise");
    }
  }

  /** A task of this type with an empty payload and every default. */
  public static TaskSpec of(String type) {
    return builder(type).build();
  }

  public static Builder builder(String type) {
    return new Builder(type);
  }

  /** A builder that begins with these values. */
  public Builder toBuilder() {
    Builder builder = new Builder(type);
    builder.payload = payload;
    builder.queue = queue;
    builder.priority = priority;
    builder.retryPolicy = retryPolicy;
    builder.delay = delay;
    builder.runAt = runAt;
    builder.startBefore = startBefore;
    builder.timeout = timeout;
    builder.idempotencyKey = idempotencyKey;
    builder.tags = tags;
    builder.metadata = metadata;
    builder.retention = retention;
    builder.unique = unique;
    builder.flow = flow;
    builder.schedule = schedule;
    builder.batch = batch;
    return builder;
  }

  /** Collects the optional fields of a {@link TaskSpec}. */
  public static final class Builder {
    private final String type;
    private Json payload = Json.NULL;
    private String queue = DEFAULT_QUEUE;
    private Priority priority = Priority.NORMAL;
    private @Nullable RetryPolicy retryPolicy;
    private @Nullable Duration delay;
    private @Nullable Instant runAt;
    private @Nullable Instant startBefore;
    private @Nullable Duration timeout;
    private @Nullable String idempotencyKey;
    private List<String> tags = List.of();
    private Map<String, String> metadata = Map.of();
    private @Nullable Duration retention;
    private @Nullable UniqueKey unique;
    private Flow flow = Flow.PLAIN;
    private @Nullable String schedule;
    private @Nullable BatchLink batch;

    private Builder(String type) {
      this.type = type;
    }

    public Builder payload(Json payload) {
      this.payload = payload;
      return this;
    }

    public Builder queue(String queue) {
      this.queue = queue;
      return this;
    }

    public Builder priority(Priority priority) {
      this.priority = priority;
      return this;
    }

    public Builder retryPolicy(@Nullable RetryPolicy retryPolicy) {
      this.retryPolicy = retryPolicy;
      return this;
    }

    public Builder delay(@Nullable Duration delay) {
      this.delay = delay;
      return this;
    }

    public Builder runAt(@Nullable Instant runAt) {
      this.runAt = runAt;
      return this;
    }

    public Builder startBefore(@Nullable Instant startBefore) {
      this.startBefore = startBefore;
      return this;
    }

    public Builder timeout(@Nullable Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    public Builder idempotencyKey(@Nullable String idempotencyKey) {
      this.idempotencyKey = idempotencyKey;
      return this;
    }

    public Builder tags(List<String> tags) {
      this.tags = tags;
      return this;
    }

    public Builder metadata(Map<String, String> metadata) {
      this.metadata = metadata;
      return this;
    }

    public Builder retention(@Nullable Duration retention) {
      this.retention = retention;
      return this;
    }

    public Builder unique(@Nullable UniqueKey unique) {
      this.unique = unique;
      return this;
    }

    public Builder flow(Flow flow) {
      this.flow = flow;
      return this;
    }

    public Builder group(@Nullable String group) {
      flow =
          new Flow(
              group, flow.limit(), flow.sequence(), flow.units(), flow.slots(), flow.requires());
      return this;
    }

    public Builder limit(@Nullable String limit) {
      flow =
          new Flow(
              flow.group(), limit, flow.sequence(), flow.units(), flow.slots(), flow.requires());
      return this;
    }

    public Builder sequence(@Nullable Sequence sequence) {
      flow =
          new Flow(
              flow.group(), flow.limit(), sequence, flow.units(), flow.slots(), flow.requires());
      return this;
    }

    public Builder units(int units) {
      flow =
          new Flow(
              flow.group(), flow.limit(), flow.sequence(), units, flow.slots(), flow.requires());
      return this;
    }

    public Builder slots(int slots) {
      flow =
          new Flow(
              flow.group(), flow.limit(), flow.sequence(), flow.units(), slots, flow.requires());
      return this;
    }

    public Builder requires(List<String> labels) {
      flow =
          new Flow(flow.group(), flow.limit(), flow.sequence(), flow.units(), flow.slots(), labels);
      return this;
    }

    /** Set by who fires schedules. */
    public Builder schedule(@Nullable String schedule) {
      this.schedule = schedule;
      return this;
    }

    /** Set by who stores a batch. */
    public Builder batch(@Nullable BatchLink batch) {
      this.batch = batch;
      return this;
    }

    /**
     * @throws InvalidTaskException naming every field that is wrong
     */
    public TaskSpec build() {
      return new TaskSpec(
          type,
          payload,
          queue,
          priority,
          retryPolicy,
          delay,
          runAt,
          startBefore,
          timeout,
          idempotencyKey,
          tags,
          metadata,
          retention,
          unique,
          flow,
          schedule,
          batch);
    }
  }
}
