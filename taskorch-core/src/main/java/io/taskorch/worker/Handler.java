package io.taskorch.worker;

import io.taskorch.task.Durations;
import io.taskorch.task.Gathering;
import io.taskorch.task.Names;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.TaskSpec;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The code for one task type.
 *
 * @param type a name
 * @param queue a queue that a worker with this handler takes from, see {@link TaskHandler#queue}
 * @param retryPolicy null leaves it to the worker
 * @param timeout how long an attempt may run; null for no limit
 * @param payload what the payload is read as; null when the function does not want it
 * @param function a {@link Together} when it takes several tasks at once
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

  /**
   * A handler that takes several tasks at once, on the default queue, with the worker's policy and
   * no timeout.
   */
  @SuppressWarnings("unchecked") // the payloads are read as this very class
  public static <P> Handler gathering(
      String type, Class<P> payload, Gathering gathering, ListFunction<P> function) {
    return new Handler(
        type,
        TaskSpec.DEFAULT_QUEUE,
        null,
        null,
        payload,
        new Together(gathering, (ListFunction<@Nullable Object>) function));
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

  /**
   * What runs for several tasks at once.
   *
   * @param <P> the payload of one
   */
  @FunctionalInterface
  public interface ListFunction<P extends @Nullable Object> {
    /**
     * Runs an attempt of each task. What is thrown, every task fails with, by its own policy.
     *
     * @param payloads one for each task, in the order in which they became ready
     * @param tasks in the same order; one that is cancelled, or lost to another worker, says so and
     *     does not interrupt the others
     * @return the tasks' results in a {@code List} of the same size, or null when they have none
     * @throws io.taskorch.task.PartlyFailedException when some of them have failed
     * @throws Exception as of {@link Function#run}
     */
    @Nullable Object run(List<P> payloads, List<TaskContext> tasks) throws Exception;
  }

  /**
   * A function that takes several tasks at once.
   *
   * @param gathering when they are handed over
   */
  public record Together(Gathering gathering, ListFunction<@Nullable Object> function)
      implements Function<@Nullable Object> {

    /** Runs one task by itself. */
    @Override
    public @Nullable Object run(@Nullable Object payload, TaskContext task) throws Exception {
      Object result = function.run(Collections.singletonList(payload), List.of(task));
      return result instanceof List<?> results && results.size() == 1 ? results.getFirst() : result;
    }
  }
}
