package io.taskorch.worker;

import io.taskorch.task.Backoff;
import io.taskorch.task.RetryPolicy;
import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A handler's retry policy as a whole; the defaults are those of {@link RetryPolicy#DEFAULT}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface Retry {

  /** Attempts in all, the first included. */
  int maxAttempts() default 3;

  /** The wait before the second attempt, such as {@code 500ms}. */
  String delay() default "1s";

  Backoff backoff() default Backoff.EXPONENTIAL;

  double multiplier() default 2.0;

  String maxDelay() default "1m";

  /** The share of a wait that is drawn at random on either side, 0 to 1. */
  double jitter() default 0.2;
}
