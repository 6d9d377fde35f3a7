package io.taskorch.micronaut;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Tells the parts of an app that it is about to end. */
@Singleton
public final class Shutdown {

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile boolean begun;

  public boolean begun() {
    return begun;
  }

  /** Runs when the app begins to end, before anything is taken away. */
  public void onBegin(Runnable listener) {
    listeners.add(listener);
  }

  void begin() {
    begun = true;
    listeners.forEach(Runnable::run);
  }
}
