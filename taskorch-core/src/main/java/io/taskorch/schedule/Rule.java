package io.taskorch.schedule;

import java.time.Duration;

/** What makes instants: a cron expression or an interval. */
public sealed interface Rule {

  /** Instants whose local time matches. */
  record Cron(CronRule cron) implements Rule {}

  /**
   * Instants a fixed time apart, counted from the schedule's start or else its creation.
   *
   * @param interval at least a second
   */
  record Every(Duration interval) implements Rule {}
}
