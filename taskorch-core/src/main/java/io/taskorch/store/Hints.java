package io.taskorch.store;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Messages that something is worth a look. They may be lost, so whoever waits for one also looks at
 * intervals.
 */
public interface Hints {

  Subscription onWork(WorkListener listener);

  /** Hears that a workflow's step is to be decided, sooner than was known. */
  Subscription onUndecided(Runnable listener);

  /** Hears the ids of tasks and runs that ended and that somebody {@link #await}s. */
  Subscription onFinal(Consumer<String> listener);

  /** Asks that the end of these tasks or runs be told, for a time. */
  void await(List<String> ids, Duration time);

  interface WorkListener {
    /** A queue has work that it had not before, or an earlier due time. */
    void ready(int partition, String queue);

    /** Somebody asks that a running task be cancelled. */
    void cancelRequested(String taskId);
  }

  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
