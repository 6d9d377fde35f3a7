package io.taskorch.api.input;

import io.taskorch.store.Stores;
import io.taskorch.task.TaskNotFoundException;
import jakarta.inject.Singleton;

/** Ids in paths. */
@Singleton
public final class Ids {

  private final Stores stores;

  Ids(Stores stores) {
    this.stores = stores;
  }

  /**
   * The id itself, when there can be such a one.
   *
   * @throws TaskNotFoundException when it has another shape, or names no partition that exists
   */
  public String known(String id) {
    if (!stores.partitions().holds(id)) {
      throw new TaskNotFoundException("of this id");
    }
    return id;
  }
}
