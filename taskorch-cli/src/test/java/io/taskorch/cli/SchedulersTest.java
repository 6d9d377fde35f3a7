package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskorch.Taskorch;
import io.taskorch.schedule.Schedule;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.TaskFilter;
import io.taskorch.store.TaskQuery.TaskPage;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that fire the same schedules, and die or stand still in the middle of it. */
class SchedulersTest {

  private static final int SCHEDULES = 50;
  private static final int PARTITIONS = 4;
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void ofFourProcessesSomeDieAndNoInstantIsMissingOrThereTwice() throws IOException {
    List<CliProcess> schedulers = new ArrayList<>();
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        Taskorch taskorch =
            Taskorch.builder()
                .address(redis.uri().toString())
                .partitions(PARTITIONS)
                .withoutUpkeep()
                .connect()) {
      for (int i = 0; i < SCHEDULES; i++) {
        taskorch
            .schedules()
            .put(
                Schedule.builder("s" + i)
                    .every(Duration.ofSeconds(1))
                    .task(TaskSpec.of("t"))
                    .build());
      }
      for (int i = 0; i < 4; i++) {
        schedulers.add(start(redis));
      }
      schedulers.forEach(CliProcess::url);
      untilFiredFor(taskorch, Duration.ofSeconds(2));
      schedulers.get(0).kill();
      untilFiredFor(taskorch, Duration.ofSeconds(3));
      schedulers.get(1).signal("STOP");
      untilFiredFor(taskorch, Duration.ofSeconds(4));
      schedulers.get(1).signal("CONT");
      schedulers.get(2).kill();
      untilFiredFor(taskorch, Duration.ofSeconds(3));

      for (int i = 0; i < SCHEDULES; i++) {
        taskorch.schedules().pause("s" + i);
      }
      schedulers.stream().filter(CliProcess::alive).forEach(CliProcess::kill);
      List<Task> tasks = tasks(taskorch);
      for (int i = 0; i < SCHEDULES; i++) {
        assertEveryInstantOnce(taskorch.schedules().get("s" + i), tasks);
      }
    } finally {
      schedulers.forEach(CliProcess::close);
    }
  }

  private CliProcess start(EmbeddedRedis redis) throws IOException {
    Path config = Files.createTempFile(folder, "scheduler", ".yaml");
    Files.writeString(
        config,
        """
        redis: {addr: "%s", partitions: %d}
        server: {port: 0}
        metrics: {port: 0}
        """
            .formatted(redis.uri(), PARTITIONS));
    return CliProcess.start(folder, "scheduler", "--config", config.toString());
  }

  /** Waits until every schedule has gone on for so long. */
  private static void untilFiredFor(Taskorch taskorch, Duration time) {
    Instant then = taskorch.schedules().now().plus(time);
    await()
        .atMost(LONGEST)
        .until(
            () ->
                taskorch.schedules().list(SCHEDULES, null).schedules().stream()
                    .map(stored -> stored.progress().lastInstant())
                    .allMatch(last -> last != null && last.isAfter(then)));
  }

  private static List<Task> tasks(Taskorch taskorch) {
    List<Task> tasks = new ArrayList<>();
    String cursor = null;
    do {
      TaskPage page =
          taskorch
              .client()
              .list(
                  new TaskFilter(
                      List.of(TaskState.PENDING),
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      null,
                      false,
                      500,
                      cursor));
      tasks.addAll(page.tasks());
      cursor = page.nextCursor().orElse(null);
    } while (cursor != null);
    return tasks;
  }

  private static void assertEveryInstantOnce(StoredSchedule stored, List<Task> tasks) {
    Instant last = stored.progress().lastInstant();
    List<Instant> expected =
        Stream.iterate(
                stored.createdAt().plusSeconds(1), at -> !at.isAfter(last), at -> at.plusSeconds(1))
            .toList();
    assertThat(tasks)
        .filteredOn(task -> stored.schedule().name().equals(task.spec().schedule()))
        .extracting(task -> TaskId.timeOf(task.id()))
        // The pause may have come between the next one's task and its note.
        .filteredOn(instant -> !instant.equals(last.plusSeconds(1)))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(stored.progress().missed()).isZero();
  }
}
