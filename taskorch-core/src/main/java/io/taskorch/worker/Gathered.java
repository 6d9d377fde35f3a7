package io.taskorch.worker;

import io.taskorch.task.Gathering;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a {@link TaskHandler} method that it takes several tasks at once. Its payload parameter
 * is a {@code List} of payloads; a second one may be a {@code List<TaskContext>}, in the same
 * order.
 *
 * <p>Tasks of one queue, priority and group, with the same needs, are handed over together when
 * {@link #size} of them are ready, or when the first has been ready for {@link #within}. The call
 * takes the slots of one of them. What it does is each task's own outcome, see {@link
 * Handler.ListFunction#run}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Gathered {

  /** How many tasks one call takes at the most: 2 to {@link Gathering#MOST}. */
  int size();

  /** How long the first may wait for others, such as {@code 2s}: {@code 1ms} to {@code 1h}. */
  String within();
}
