package io.taskorch.worker;

import io.taskorch.json.PayloadCodec;
import io.taskorch.store.Stores;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Claims tasks and runs their handlers, from {@link #start} to {@link #close}. */
public final class Worker implements AutoCloseable {

  private final WorkerOptions options;

  public Worker(
      Stores stores,
      HandlerRegistry handlers,
      WorkerOptions options,
      PayloadCodec codec,
      InstantSource clock) {
    this.options = options;
  }

  /** The name it is registered under. */
  public String id() {
    return "";
  }

  /** Starts to claim; a second call changes nothing. */
  public void start() {}

  /**
   * Claims no more, lets running attempts finish within the grace time, then interrupts and
   * releases the rest, and returns when every outcome and log line is written or lost. After it has
   * returned nothing starts. A second call waits for the first.
   */
  public void drain() {}

  /** Drains. */
  @Override
  public void close() {
    drain();
  }

  /** Whether it claims no more. */
  public boolean draining() {
    return false;
  }

  public int slots() {
    return options.concurrency();
  }

  /** Attempts that run now. */
  public int busy() {
    return 0;
  }

  /** When the store last answered a claim; empty before the first. */
  public Optional<Instant> lastPoll() {
    return Optional.empty();
  }

  /** How long running attempts may take to finish when it drains. */
  public Duration grace() {
    return options.grace();
  }
}
