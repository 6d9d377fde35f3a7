package io.taskorch.api.schedule;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.input.Fields;
import io.taskorch.schedule.Simulation;
import io.taskorch.schedule.Simulation.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to simulate: schedules that are stored, or might be, or all that are stored. */
@Schema(name = "NewSimulation")
record SimulationBody(
    @Schema(description = "each with a name") @Nullable List<ScheduleBody> schedules,
    @Schema(description = "of stored schedules") @Nullable List<String> names,
    @Schema(description = "now unless given", format = "date-time") @Nullable String from,
    @Schema(description = "24h later unless given", format = "date-time") @Nullable String to,
    @Schema(description = "how long a task takes; 0s unless given", example = "10m")
        @Nullable String runTime,
    @Schema(description = "when no scheduler runs") @Nullable List<WindowBody> outages) {

  static final int MOST_OUTAGES = 100;
  private static final Duration A_DAY = Duration.ofDays(1);

  /** A stretch of time, without its end. */
  @Schema(name = "Window")
  record WindowBody(
      @Schema(format = "date-time") String from, @Schema(format = "date-time") String to) {}

  static Window window(Fields in, Instant now) {
    Instant from = in.instant("from");
    Instant to = in.instant("to");
    Instant begin = from == null ? now : from;
    Instant end = to == null ? begin.plus(A_DAY) : to;
    if (begin.isBefore(Instant.EPOCH)) {
      in.impossible("from", "out-of-range", "is before 1970");
    }
    if (!begin.isBefore(end)) {
      in.impossible("to", "conflict", "is not after from");
    } else if (Duration.between(begin, end).compareTo(Simulation.LONGEST_WINDOW) > 0) {
      in.impossible("to", "out-of-range", "is more than 366 days after from");
    }
    return new Window(begin, end);
  }

  static List<Window> outages(Fields in) {
    List<Window> outages = new ArrayList<>();
    if (in.has("outages")) {
      for (Fields outage : in.requiredObjects("outages", WindowBody.class, MOST_OUTAGES)) {
        Instant from = outage.requiredInstant("from");
        Instant to = outage.requiredInstant("to");
        if (from != null && to != null) {
          if (from.isBefore(to)) {
            outages.add(new Window(from, to));
          } else {
            outage.impossible("to", "conflict", "is not after from");
          }
        }
      }
    }
    return outages;
  }
}
