package io.taskorch.limit;

/** What limits are set on. */
public sealed interface Limited {

  /** A name ({@link io.taskorch.task.Names}). */
  String name();

  /** All tasks of a queue. */
  record Queue(String name) implements Limited {
    @Override
    public String toString() {
      return "queue " + name;
    }
  }

  /** All tasks that name the key as their {@code limit}, on whatever queues. */
  record Key(String name) implements Limited {
    @Override
    public String toString() {
      return "key " + name;
    }
  }
}
