package io.taskorch.micronaut.config;

import io.taskorch.schedule.Schedule;
import io.taskorch.upkeep.UpkeepOptions;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How upkeep works; see {@link UpkeepOptions}.
 *
 * @param tick the time between two steps of a loop that has work
 * @param noHandlerGrace how long a task may be ready while no live worker handles its type
 * @param schedules those that the file declares, by name
 */
public record SchedulerConfig(
    Duration tick, Duration noHandlerGrace, Map<String, Schedule> schedules) {

  public SchedulerConfig {
    schedules = Map.copyOf(schedules);
  }

  static SchedulerConfig read(Settings settings) {
    UpkeepOptions fallback = UpkeepOptions.DEFAULT;
    return new SchedulerConfig(
        settings.duration("tick", fallback.tick(), Duration.ofMillis(10), Duration.ofSeconds(1)),
        settings.duration(
            "no_handler_grace", fallback.noHandlerGrace(), Duration.ZERO, Duration.ofDays(365)),
        settings.sections("schedules").stream()
            .flatMap(DeclaredSchedules::read)
            .collect(Collectors.toMap(Schedule::name, schedule -> schedule)));
  }

  public UpkeepOptions options() {
    return new UpkeepOptions(tick, noHandlerGrace);
  }
}
