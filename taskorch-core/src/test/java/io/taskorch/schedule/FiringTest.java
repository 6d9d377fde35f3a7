package io.taskorch.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.schedule.Firing.Kind;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FiringTest {

  private static final Instant INSTANT = Instant.parse("2026-03-08T07:00:00Z");

  private static Schedule schedule(String name) {
    return Schedule.builder(name).cron("@daily").task(TaskSpec.of("t")).build();
  }

  @Test
  void theIdIsOneOfTheInstantAndKind() {
    String id = new Firing(schedule("a"), INSTANT, Kind.TIME).id(4);
    assertThat(id).isEqualTo(new Firing(schedule("a"), INSTANT, Kind.TIME).id(4));
    assertThat(id)
        .isNotEqualTo(new Firing(schedule("a"), INSTANT, Kind.BACKFILL).id(4))
        .isNotEqualTo(new Firing(schedule("b"), INSTANT, Kind.TIME).id(4))
        .isNotEqualTo(new Firing(schedule("a"), INSTANT.plusSeconds(1), Kind.TIME).id(4));
    assertThat(TaskId.isValid(id)).isTrue();
    assertThat(TaskId.timeOf(id)).isEqualTo(INSTANT);
  }

  @Test
  void tasksAreSpreadOverThePartitions() {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int i = 0; i < 4000; i++) {
      String id = new Firing(schedule("s" + i), INSTANT, Kind.TIME).id(4);
      counts.merge(TaskId.partitionOf(id), 1, Integer::sum);
    }
    assertThat(counts).hasSize(4).allSatisfy((p, n) -> assertThat(n).isBetween(850, 1150));
  }

  @Test
  void aTaskIsKeptLongEnoughToBeSeen() {
    TaskSpec brief = TaskSpec.builder("t").retention(Duration.ZERO).build();
    assertThat(Firing.task("a", brief).retention()).isEqualTo(Firing.LEAST_RETENTION);
    assertThat(Firing.task("a", TaskSpec.of("t")).retention()).isNull();
    assertThat(Firing.task("a", brief).schedule()).isEqualTo("a");
  }
}
