package io.taskorch.api.schedule;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.schedule.Simulation;
import io.taskorch.schedule.Simulation.Fate;
import io.taskorch.schedule.Simulation.SimulatedInstant;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What schedules will do.
 *
 * @param complete false when there were more than 10,000 instants
 */
@Schema(name = "Simulation")
record SimulationView(
    Instant from,
    Instant to,
    boolean complete,
    List<PerSchedule> schedules,
    @Schema(description = "seconds in which tasks of several schedules begin, the worst first")
        List<Collision> collisions) {

  /**
   * One schedule.
   *
   * @param counts instants by what becomes of them
   */
  @Schema(name = "SimulatedSchedule")
  record PerSchedule(String name, Map<String, Long> counts, List<Row> instants) {}

  /** One instant of it. */
  @Schema(name = "SimulatedInstant")
  record Row(
      Instant instant,
      @Schema(allowableValues = {"fired", "skipped", "missed", "queued"}) String outcome,
      @Nullable Instant firesAt) {}

  /** A second in which tasks of several schedules begin. */
  @Schema(name = "Collision")
  record Collision(Instant second, int count, List<String> schedules) {}

  static SimulationView of(Simulation.Window window, List<String> names, Simulation simulation) {
    Map<String, List<SimulatedInstant>> byName =
        simulation.instants().stream().collect(Collectors.groupingBy(SimulatedInstant::schedule));
    return new SimulationView(
        window.from(),
        window.to(),
        simulation.complete(),
        names.stream().map(name -> of(name, byName.getOrDefault(name, List.of()))).toList(),
        simulation.collisions().stream()
            .map(c -> new Collision(c.second(), c.schedules().size(), c.schedules()))
            .toList());
  }

  private static PerSchedule of(String name, List<SimulatedInstant> instants) {
    Map<String, Long> counts =
        instants.stream()
            .collect(
                Collectors.groupingBy(
                    one -> word(one.fate()), TreeMap::new, Collectors.counting()));
    return new PerSchedule(
        name,
        counts,
        instants.stream()
            .map(one -> new Row(one.instant(), word(one.fate()), one.firesAt()))
            .toList());
  }

  private static String word(Fate fate) {
    return fate.name().toLowerCase(Locale.ROOT);
  }
}
