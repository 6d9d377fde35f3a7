package io.taskorch.micronaut.config;

import io.taskorch.task.RetryPolicy;
import io.taskorch.worker.WorkerOptions;
import io.taskorch.worker.WorkerOptions.Priorities;
import java.time.Duration;
import java.util.List;

/**
 * How the worker works; see {@link WorkerOptions}.
 *
 * @param pool the group of workers that scales as one
 * @param concurrency how many slots it has
 * @param queues empty for those of its handlers and {@code default}
 * @param labels what it has that tasks may require
 * @param pollInterval the longest time between two looks for work
 * @param lease how long a task is the worker's without a heartbeat
 * @param shell which commands of the operating system it runs
 */
public record WorkerConfig(
    String pool,
    int concurrency,
    List<String> queues,
    List<String> labels,
    Priorities priority,
    Duration pollInterval,
    Duration lease,
    Retry retryPolicy,
    ShellConfig shell) {

  public WorkerConfig {
    queues = List.copyOf(queues);
    labels = List.copyOf(labels);
  }

  /**
   * The retry policy of tasks and handlers that have none of their own.
   *
   * @param initialDelay the wait before the second attempt
   * @param maxDelay no wait is longer
   * @param maxAttempts the first included
   */
  public record Retry(Duration initialDelay, Duration maxDelay, int maxAttempts) {

    static Retry read(Settings settings) {
      RetryPolicy fallback = RetryPolicy.DEFAULT;
      return new Retry(
          settings.duration("initial_delay", fallback.delay(), Duration.ZERO, Duration.ofDays(365)),
          settings.duration("max_delay", fallback.maxDelay(), Duration.ZERO, Duration.ofDays(365)),
          settings.number("max_attempts", fallback.maxAttempts(), 1, RetryPolicy.MOST_ATTEMPTS));
    }

    /** The whole policy; the rest is as always. */
    public RetryPolicy policy() {
      RetryPolicy fallback = RetryPolicy.DEFAULT;
      return new RetryPolicy(
          maxAttempts,
          initialDelay,
          fallback.backoff(),
          fallback.multiplier(),
          maxDelay,
          fallback.jitter());
    }
  }

  static WorkerConfig read(Settings settings) {
    WorkerOptions fallback = WorkerOptions.DEFAULT;
    return new WorkerConfig(
        settings.name("pool", fallback.pool()),
        settings.number("concurrency", fallback.concurrency(), 1, WorkerOptions.MOST_SLOTS),
        settings.names("queues"),
        settings.labels("labels", WorkerOptions.MOST_LABELS),
        settings.choice("priority", fallback.priorities()),
        settings.duration(
            "poll_interval", fallback.pollInterval(), Duration.ofMillis(10), Duration.ofMinutes(1)),
        settings.duration("lease", fallback.lease(), Duration.ofSeconds(1), Duration.ofDays(1)),
        Retry.read(settings.section("retry_policy")),
        ShellConfig.read(settings.section("shell")));
  }

  /**
   * @param grace how long running attempts may take to finish when the worker drains
   */
  public WorkerOptions options(Duration grace) {
    return new WorkerOptions(
        pool,
        concurrency,
        queues,
        labels,
        priority,
        pollInterval,
        lease,
        retryPolicy.policy(),
        grace);
  }
}
