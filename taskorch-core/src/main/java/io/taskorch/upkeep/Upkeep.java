package io.taskorch.upkeep;

import io.taskorch.store.Stores;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Runs every loop over all partitions, from {@link #start} to {@link #close}. */
public final class Upkeep implements AutoCloseable {

  public Upkeep(Stores stores, UpkeepOptions options, InstantSource clock) {}

  /** Starts the loops; a second call changes nothing. */
  public void start() {}

  /** Ends the loops and returns when they have ended. */
  @Override
  public void close() {}

  /** When every loop had last done its work, the oldest of them; empty before that. */
  public Optional<Instant> lastPass() {
    return Optional.empty();
  }
}
