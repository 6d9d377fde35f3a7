package io.taskorch.observe;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskorch.store.ScheduleStore;
import io.taskorch.store.Stores;
import io.taskorch.task.StoreUnavailableException;

/**
 * {@code taskorch_schedule_lag_seconds}: by how much the schedule that has waited longest is late,
 * 0 when none is. It stands in the store, so every process tells it alike, also while no scheduler
 * runs. When the store cannot be reached it is not a number, rather than old.
 */
public final class ScheduleMeters {

  private ScheduleMeters() {}

  public static void register(Stores stores, MeterRegistry registry) {
    Gauge.builder("taskorch.schedule.lag", () -> lag(stores.schedules()))
        .description("How late the longest waiting schedule is")
        .baseUnit("seconds")
        .register(registry);
  }

  private static double lag(ScheduleStore schedules) {
    try {
      return schedules.lag().toMillis() / 1000.0;
    } catch (StoreUnavailableException e) {
      return Double.NaN;
    }
  }
}
