package io.taskorch.worker;

import io.taskorch.limit.OnLimit;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says, beside a {@link TaskHandler} method, which limits hold for a key that tasks give as their
 * {@code limit}. They are set when a program with the method starts, changed when the annotation
 * has changed, and taken away when a program whose class has lost it starts. What somebody sets
 * meanwhile stays until the annotation changes.
 *
 * <p>It does not make the handler's tasks name the key. A class says the same of a key wherever it
 * names it; when two classes say different things, the first one's stay, with a warning.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface LimitKey {

  /** The key: a name. */
  String value();

  /** How many tasks may start within {@link #per}; 0 for any number. */
  long rate() default 0;

  /** Of {@link #rate}, such as {@code 1m}. */
  String per() default "1s";

  /** How many may start at once after a pause; 0 for as many as {@link #rate}. */
  long burst() default 0;

  /** How many may run at a time; 0 for any number. */
  int concurrency() default 0;

  /** What becomes of a task that may not start. */
  OnLimit onLimit() default OnLimit.WAIT;
}
