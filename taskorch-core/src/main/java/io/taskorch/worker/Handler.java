package io.taskorch.worker;

import io.taskorch.task.Durations;
import io.taskorch.task.Names;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import java.lang.reflect.Type;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The code for one task type.
 *
 * @param type a name
 * @param queue a queue that a worker with this handler takes from, see {@link TaskHandler#queue}
 * @param retryPolicy null leaves it to the worker
 * @param timeout how long an attempt may run; null for no limit
 * @param payload what the payload is read as; null when the function does not want it
 */
public record Handler(
    String type,
    String queue,
    @Nullable RetryPolicy retryPolicy,
    @Nullable Duration timeout,
    @Nullable Type payload,
    Function<@Nullable Object> function) {

  public Handler {
    if (!Names.isValid(type)) {
      throw new IllegalArgumentException("a handler's type is not " + Names.SHAPE_IN_WORDS);
    }
    if (!Names.isValid(queue)) {
      throw new IllegalArgumentException(
          "the queue of handler " + type + " is not " + Names.SHAPE_IN_WORDS);
    }
    if (timeout != null) {
      if (timeout.toMillis() < 1) {
        throw new IllegalArgumentException("the timeout of handler " + type + " is under 1 ms");
      }
      Durations.requireStorable("the timeout of handler " + type, timeout);
    }
  }

  /** A handler on the default queue, with the worker's policy and no timeout. */
  @SuppressWarnings("unchecked") // the payload is read as this very class
  public static <P> Handler of(String type, Class<P> payload, Function<P> function) {
    return new Handler(
        type, TaskSpec.DEFAULT_QUEUE, null, null, payload, (Function<@Nullable Object>) function);
  }

  public Handler onQueue(String name) {
    return new Handler(type, name, retryPolicy, timeout, payload, function);
  }

  public Handler withRetryPolicy(RetryPolicy policy) {
    return new Handler(type, queue, policy, timeout, payload, function);
  }

  public Handler withTimeout(Duration longest) {
    return new Handler(type, queue, retryPolicy, longest, payload, function);
  }

  /**
   * What runs.
   *
   * @param <P> the payload
   */
  @FunctionalInterface
  public interface Function<P extends @Nullable Object> {
    /**
     * Runs one attempt.
     *
     * @return the task's result, written as JSON
     * @throws io.taskorch.task.PermanentTaskException when no retry can help
     * @throws io.taskorch.task.RateLimitedException when it was told to slow down
     * @throws Exception to be tried again by the retry policy
     */
    @Nullable Object run(P payload, TaskContext task) throws Exception;
  }
}
