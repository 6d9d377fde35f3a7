package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.taskorch.schedule.Simulation.Collision;
import io.taskorch.schedule.Simulation.Fate;
import io.taskorch.schedule.Simulation.SimulatedInstant;
import io.taskorch.schedule.Simulation.Subject;
import io.taskorch.schedule.Simulation.Window;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulationTest {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Window AN_HOUR = window(0, 60);

  private static Instant minute(int number) {
    return BEGIN.plusSeconds(60L * number);
  }

  private static Window window(int from, int to) {
    return new Window(minute(from), minute(to));
  }

  private static Schedule.Builder schedule(String name, String cron) {
    return Schedule.builder(name).cron(cron).task(TaskSpec.of("t"));
  }

  private static Subject subject(Schedule.Builder schedule) {
    return new Subject(schedule.build(), BEGIN);
  }

  private static Simulation of(Schedule.Builder schedule, int minutes, Window... outages) {
    return Simulation.of(
        List.of(subject(schedule)), AN_HOUR, Duration.ofMinutes(minutes), List.of(outages));
  }

  @Test
  void showsEveryInstantOfTheWindow() {
    Simulation simulation = of(schedule("s", "*/20 * * * *"), 0);
    assertThat(simulation.complete()).isTrue();
    assertThat(simulation.instants())
        .extracting(SimulatedInstant::instant, SimulatedInstant::fate, SimulatedInstant::firesAt)
        .containsExactly(
            tuple(minute(0), Fate.FIRED, minute(0)),
            tuple(minute(20), Fate.FIRED, minute(20)),
            tuple(minute(40), Fate.FIRED, minute(40)));
  }

  @Test
  void showsWhatIsLeftOutForATaskThatStillRuns() {
    assertThat(of(schedule("s", "*/20 * * * *").overlap(Overlap.SKIP), 30).instants())
        .extracting(SimulatedInstant::fate)
        .containsExactly(Fate.FIRED, Fate.SKIPPED, Fate.FIRED);
  }

  @Test
  void showsWhatWaitsForATaskThatStillRuns() {
    assertThat(of(schedule("s", "*/20 * * * *").overlap(Overlap.QUEUE_ONE), 30).instants())
        .extracting(SimulatedInstant::fate, SimulatedInstant::firesAt)
        .containsExactly(
            tuple(Fate.FIRED, minute(0)), tuple(Fate.FIRED, minute(30)), tuple(Fate.QUEUED, null));
  }

  @Test
  void showsWhatIsCancelledForALaterOne() {
    assertThat(of(schedule("s", "*/20 * * * *").overlap(Overlap.CANCEL_RUNNING), 30).instants())
        .allSatisfy(
            one ->
                assertThat(one.firesAt())
                    .isBetween(one.instant(), one.instant().plus(Turn.LOOK_AT_QUEUED)));
  }

  @Test
  void showsWhatAnOutageCosts() {
    assertThat(of(schedule("s", "*/10 * * * *"), 0, window(5, 31), window(30, 35)).instants())
        .extracting(SimulatedInstant::fate, SimulatedInstant::firesAt)
        .containsExactly(
            tuple(Fate.FIRED, minute(0)),
            tuple(Fate.MISSED, null),
            tuple(Fate.MISSED, null),
            tuple(Fate.FIRED, minute(35)),
            tuple(Fate.FIRED, minute(40)),
            tuple(Fate.FIRED, minute(50)));
  }

  @Test
  void showsWhereSchedulesMeet() {
    Simulation simulation =
        Simulation.of(
            List.of(
                subject(schedule("a", "0 * * * *")),
                subject(schedule("b", "*/30 * * * *")),
                subject(schedule("c", "*/10 * * * *"))),
            AN_HOUR,
            Duration.ZERO,
            List.of());
    assertThat(simulation.collisions())
        .containsExactly(
            new Collision(minute(0), List.of("a", "b", "c")),
            new Collision(minute(30), List.of("b", "c")));
  }

  @Test
  void ofAYearOfSecondsEndsSoonAndSaysSo() {
    Simulation simulation =
        Simulation.of(
            List.of(
                subject(schedule("q", "* * * * * *").overlap(Overlap.QUEUE_ONE)),
                subject(schedule("s", "* * * * * *"))),
            new Window(BEGIN, BEGIN.plus(Simulation.LONGEST_WINDOW)),
            Duration.ofDays(1),
            List.of(new Window(BEGIN.plusSeconds(5), BEGIN.plus(Duration.ofDays(300)))));
    assertThat(simulation.complete()).isFalse();
    assertThat(simulation.instants()).hasSize(Simulation.MOST_INSTANTS);
  }
}
