package io.taskorch.worker;

import io.taskorch.task.TaskSpec;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the method that handles a task type. It takes the payload, a {@link TaskContext}, both in
 * either order, or nothing; what it returns is the task's result. Method and class may have any
 * visibility.
 *
 * <p>The payload parameter may be a record or bean (unknown fields are ignored), a {@code Map} or
 * {@code List}, a {@code String} or other scalar, a {@code JsonNode}, or {@link
 * io.taskorch.task.Json} for the bytes as they came. One that takes several tasks at once has
 * {@link Gathered} besides.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface TaskHandler {

  /** The task type. */
  String value();

  /**
   * A queue that workers with this handler take from besides their others, when their settings name
   * no queues. Tasks of the type on any other queue of the worker are handled as well.
   */
  String queue() default TaskSpec.DEFAULT_QUEUE;

  /**
   * How long an attempt may run, such as {@code 5m}; empty for no limit. The task's own wins over
   * it.
   */
  String timeout() default "";

  /** At most one; wins over the worker's policy, and the task's own wins over it. */
  Retry[] retry() default {};
}
