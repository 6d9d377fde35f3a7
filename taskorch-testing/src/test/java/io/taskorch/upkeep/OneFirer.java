package io.taskorch.upkeep;

import io.taskorch.store.Stores;
import java.time.Duration;

/** A scheduler that a test has look once. */
public final class OneFirer {

  private OneFirer() {}

  public static void fire(Stores stores, String id) {
    Pace pace = new Pace(Duration.ofMillis(1), Duration.ofSeconds(1));
    new ScheduleFirer(stores, id, pace).pass();
  }
}
