package io.taskorch.client;

import io.taskorch.task.UniqueKey;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On the type of a payload: of the tasks of a type whose payloads agree in these fields one holds
 * their key. It counts where the payload is handed to {@link TaskClient#enqueue(String, Object)}; a
 * {@link io.taskorch.task.TaskSpec} says for itself what is unique.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Unique {

  /** Names of fields as they stand in the JSON; the whole payload unless given. */
  String[] fields() default {};

  /** How long the key is held. */
  UniqueKey.Until until() default UniqueKey.Until.FINISH;

  /** For how long, such as {@code 10m}, with {@link UniqueKey.Until#TTL}. */
  String ttl() default "";

  /** What becomes of another task meanwhile. */
  UniqueKey.OnConflict onConflict() default UniqueKey.OnConflict.REJECT;

  /** How long {@link UniqueKey.OnConflict#REPLACE} may put a task off in all; any time if empty. */
  String maxWait() default "";
}
