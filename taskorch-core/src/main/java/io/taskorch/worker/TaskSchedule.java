package io.taskorch.worker;

import io.taskorch.schedule.Misfire;
import io.taskorch.schedule.Overlap;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Has a {@link TaskHandler} method run again and again. The schedule is stored when a program with
 * the method starts, changed when the annotation has changed, and deleted when a program whose
 * class has lost it starts; any number of programs declare it and one task is made per instant. It
 * is fired by upkeep, in whichever processes that runs.
 *
 * <p>An operator may pause it. A schedule of the same name that somebody else has made is left
 * alone, with a warning.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface TaskSchedule {

  /** Its name; the task type unless given. */
  String name() default "";

  /** See {@link io.taskorch.schedule.CronRule}; this or {@link #every}. */
  String cron() default "";

  /** An interval such as {@code 15m}, counted from the schedule's creation. */
  String every() default "";

  /** Whose local time {@link #cron} means. */
  String timeZone() default "UTC";

  /** What becomes of instants that nobody fired in time. */
  Misfire misfire() default Misfire.ONCE;

  /** How many of them {@link Misfire#ALL} fires; 0 for the default. */
  int misfireLimit() default 0;

  /** What a firing does while an earlier task has not ended. */
  Overlap overlap() default Overlap.ALLOW;

  /** How much later a firing may come, such as {@code 30s}. */
  String jitter() default "0s";

  /** It pauses itself after so many failed tasks in a row; 0 for never. */
  int pauseAfterFailures() default 0;

  /** The task's payload as JSON. */
  String payload() default "null";
}
