package io.taskorch.store;

import io.taskorch.schedule.Firings;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleProgress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A schedule as it is stored.
 *
 * @param declaredBy whose settings or code say that there is this schedule; null when somebody made
 *     it by a call
 * @param createdAt what an interval without a start counts from
 * @param updatedAt when it was last made different by a call
 * @param revision grows with each change, 0 before the first
 */
public record StoredSchedule(
    Schedule schedule,
    @Nullable String declaredBy,
    Instant createdAt,
    Instant updatedAt,
    long revision,
    ScheduleProgress progress) {

  public Firings firings() {
    return new Firings(schedule, createdAt);
  }

  /** The same with other progress, for the revision that this one has. */
  public StoredSchedule with(ScheduleProgress changed) {
    return new StoredSchedule(schedule, declaredBy, createdAt, updatedAt, revision, changed);
  }
}
