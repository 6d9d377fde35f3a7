package io.taskorch.worker;

import io.taskorch.task.Labels;
import io.taskorch.task.Names;
import io.taskorch.task.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How a worker works.
 *
 * @param pool the group of workers that scales as one; a name
 * @param concurrency how many slots it has, 1 to {@link #MOST_SLOTS}: as many attempts run at once,
 *     or fewer of tasks that take several
 * @param queues which queues it takes from; empty for those of its handlers and {@code default}
 * @param labels what it has that tasks may require, such as {@code gpu} or {@code region=eu}; at
 *     most {@link #MOST_LABELS}
 * @param priorities how the priorities share its slots
 * @param pollInterval the longest time between two looks for work, at least 10 ms
 * @param lease how long a task is the worker's without a heartbeat, at least 1 s
 * @param retryPolicy for tasks and handlers without one of their own
 * @param grace how long running attempts may take to finish when the worker drains
 */
public record WorkerOptions(
    String pool,
    int concurrency,
    List<String> queues,
    List<String> labels,
    Priorities priorities,
    Duration pollInterval,
    Duration lease,
    RetryPolicy retryPolicy,
    Duration grace) {

  public static final int MOST_SLOTS = 100_000;
  public static final int MOST_LABELS = 32;

  public static final WorkerOptions DEFAULT =
      new WorkerOptions(
          "default",
          10,
          List.of(),
          List.of(),
          Priorities.WEIGHTED,
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          RetryPolicy.DEFAULT,
          Duration.ofSeconds(30));

  /** How the priorities share a worker's slots. */
  public enum Priorities {
    /** 8 : 4 : 2 : 1, highest first, so that none starves. */
    WEIGHTED,
    /** A lower one only when no higher one has work. */
    STRICT
  }

  public WorkerOptions {
    queues = List.copyOf(queues);
    labels = List.copyOf(labels);
    requireName("pool", pool);
    queues.forEach(queue -> requireName("queues", queue));
    labels.forEach(WorkerOptions::requireLabel);
    if (labels.size() > MOST_LABELS) {
      throw new IllegalArgumentException("labels has more than " + MOST_LABELS + " entries");
    }
    if (Set.copyOf(queues).size() != queues.size()) {
      throw new IllegalArgumentException("queues names a queue twice");
    }
    if (concurrency < 1 || concurrency > MOST_SLOTS) {
      throw new IllegalArgumentException("concurrency is " + concurrency + ", not 1 to 100000");
    }
    requireWithin("poll_interval", pollInterval, Duration.ofMillis(10), Duration.ofMinutes(1));
    requireWithin("lease", lease, Duration.ofSeconds(1), Duration.ofDays(1));
    requireWithin("graceful_shutdown_timeout", grace, Duration.ZERO, Duration.ofDays(1));
  }

  private static void requireName(String field, String name) {
    if (!Names.isValid(name)) {
      throw new IllegalArgumentException(field + ": a name is not " + Names.SHAPE_IN_WORDS);
    }
  }

  private static void requireLabel(String label) {
    if (!Labels.isValid(label)) {
      throw new IllegalArgumentException("labels: a label is not " + Labels.SHAPE_IN_WORDS);
    }
  }

  private static void requireWithin(String field, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(field + " is not between " + least + " and " + most);
    }
  }

  public static Builder builder() {
    return new Builder(DEFAULT);
  }

  /** A builder that begins with these values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects what differs from {@link #DEFAULT}. */
  public static final class Builder {
    private String pool;
    private int concurrency;
    private List<String> queues;
    private List<String> labels;
    private Priorities priorities;
    private Duration pollInterval;
    private Duration lease;
    private RetryPolicy retryPolicy;
    private Duration grace;

    private Builder(WorkerOptions from) {
      this.pool = from.pool;
      this.concurrency = from.concurrency;
      this.queues = from.queues;
      this.labels = from.labels;
      this.priorities = from.priorities;
      this.pollInterval = from.pollInterval;
      this.lease = from.lease;
      this.retryPolicy = from.retryPolicy;
      this.grace = from.grace;
    }

    public Builder pool(String value) {
      this.pool = value;
      return this;
    }

    public Builder concurrency(int value) {
      this.concurrency = value;
      return this;
    }

    public Builder queues(List<String> value) {
      this.queues = value;
      return this;
    }

    public Builder queues(String... value) {
      return queues(List.of(value));
    }

    public Builder labels(List<String> value) {
      this.labels = value;
      return this;
    }

    public Builder labels(String... value) {
      return labels(List.of(value));
    }

    public Builder priorities(Priorities value) {
      this.priorities = value;
      return this;
    }

    public Builder pollInterval(Duration value) {
      this.pollInterval = value;
      return this;
    }

    public Builder lease(Duration value) {
      this.lease = value;
      return this;
    }

    public Builder retryPolicy(RetryPolicy value) {
      this.retryPolicy = value;
      return this;
    }

    public Builder grace(Duration value) {
      this.grace = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException naming the field that is wrong
     */
    public WorkerOptions build() {
      return new WorkerOptions(
          pool, concurrency, queues, labels, priorities, pollInterval, lease, retryPolicy, grace);
    }
  }
}
