package io.taskorch.micronaut;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.context.event.StartupEvent;
import io.taskorch.Taskorch;
import jakarta.inject.Singleton;

/** Starts worker and upkeep with an application that was not started by the {@link Launcher}. */
@Singleton
@Requires(missingProperty = Launcher.LAUNCHED)
final class Starter implements ApplicationEventListener<StartupEvent> {

  private final Taskorch taskorch;

  Starter(Taskorch taskorch) {
    this.taskorch = taskorch;
  }

  @Override
  public void onApplicationEvent(StartupEvent event) {
    taskorch.start();
  }
}
