package io.taskorch.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.micronaut.RunningApp;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.schedule.Schedule;
import io.taskorch.schedule.ScheduleProgress;
import io.taskorch.store.StoredSchedule;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.TestRedis;
import io.taskorch.worker.Handler;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulerApplicationTest {

  private final String redis = TestRedis.uri().toString();
  private final String namespace = "scheduler-" + UUID.randomUUID();

  @TempDir private Path folder;

  private RunningApp start() throws IOException {
    return start("");
  }

  private RunningApp start(String yaml) throws IOException {
    return RunningApp.start(
        Set.of(App.SCHEDULER),
        ConfigLoader.of(App.SCHEDULER)
            .file(Files.writeString(folder.resolve("scheduler.yaml"), yaml))
            .overrides(
                Map.of(
                    "redis.addr",
                    redis,
                    "redis.namespace",
                    namespace,
                    "server.port",
                    "0",
                    "metrics.port",
                    "0"))
            .load()
            .config(),
        List.of());
  }

  private static HttpResponse<String> get(URI base, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString());
    }
  }

  @Test
  void promotesWhatIsDueWithoutAnyWorker() throws IOException {
    try (RunningApp app = start();
        Taskorch client =
            Taskorch.builder().address(redis).namespace(namespace).withoutUpkeep().connect()) {
      String id =
          client.client().enqueue(TaskSpec.builder("a").delay(Duration.ofMillis(300)).build()).id();
      Awaitility.await().until(() -> client.client().get(id).state() == TaskState.PENDING);
      assertThat(app.taskorch().worker()).isEmpty();
    }
  }

  @Test
  void isReadyWhenItsLoopsGoRound() throws IOException {
    try (RunningApp app = start()) {
      Awaitility.await()
          .untilAsserted(
              () -> {
                HttpResponse<String> ready = get(app.url(), "/health/readiness");
                assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
                assertThat(ready.body()).contains("\"scheduler\"", "\"last_pass\"");
              });
    }
  }

  @Test
  void firesTheSchedulesOfItsFileAndDeletesThoseThatHaveLeftIt() throws Exception {
    String yaml = "scheduler: {schedules: {tick: {every: 1s, task: {type: report}}}}";
    try (RunningApp app = start(yaml);
        Taskorch client =
            Taskorch.builder().address(redis).namespace(namespace).withoutUpkeep().connect()) {
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(client.client().list(TaskFilter.ofState(TaskState.PENDING)).tasks())
                      .hasSizeGreaterThan(1)
                      .allMatch(task -> "tick".equals(task.spec().schedule())));
      assertThat(app.taskorch().schedules().get("tick").declaredBy()).isEqualTo("config");
      assertThat(get(app.url(), "/metrics").body())
          .containsPattern("taskorch_schedule_lag_seconds [0-9.]+");
      assertThat(get(app.url(), "/health").body()).contains("\"schedules\"", "\"lag\"");
    }
    try (RunningApp app = start("")) {
      assertThat(app.taskorch().schedules().find("tick")).isEmpty();
    }
  }

  @Test
  void setsTheLimitsOfItsFileAndTakesThoseAwayThatHaveLeftIt() throws Exception {
    String yaml =
        "queues: {images: {per_group: {concurrency: 2}}}\nlimits: {partner: {concurrency: 3}}";
    try (RunningApp app = start(yaml)) {
      assertThat(app.taskorch().limits().get("partner").limits())
          .isEqualTo(Limits.ofConcurrency(3));
      assertThat(app.taskorch().limits().getQueue("images").limits())
          .isEqualTo(QueueLimits.of(new GroupLimits(null, 2, null, Map.of())));
      app.taskorch().limits().limit("partner", Limits.ofConcurrency(4));
    }
    try (RunningApp app = start(yaml)) {
      assertThat(app.taskorch().limits().get("partner").limits())
          .isEqualTo(Limits.ofConcurrency(4));
    }
    try (RunningApp app = start("")) {
      assertThat(app.taskorch().limits().findQueue("images")).isEmpty();
      assertThat(app.taskorch().limits().find("partner")).isPresent();
    }
  }

  @Test
  void tellsThatSchedulesAreLateWhileNobodyFiresThem() throws Exception {
    try (Taskorch client =
        Taskorch.builder().address(redis).namespace(namespace).withoutUpkeep().connect()) {
      Schedule schedule =
          Schedule.builder("late").every(Duration.ofHours(1)).task(TaskSpec.of("t")).build();
      Instant anHourAgo = Instant.now().minus(Duration.ofHours(1));
      client
          .stores()
          .schedules()
          .save(
              new StoredSchedule(
                  schedule, null, anHourAgo, anHourAgo, 0, ScheduleProgress.from(anHourAgo)),
              anHourAgo);
      assertThat(client.stores().schedules().lag()).isGreaterThan(Duration.ofMinutes(59));
      try (RunningApp app = start()) {
        Awaitility.await()
            .until(() -> client.stores().schedules().lag().compareTo(Duration.ofSeconds(1)) < 0);
        assertThat(client.client().list(TaskFilter.ofState(TaskState.PENDING)).tasks()).hasSize(1);
        assertThat(app.taskorch().schedules().get("late").progress().missed()).isPositive();
      }
    }
  }

  @Test
  void tellsTheDepthOfQueues() throws Exception {
    try (RunningApp app = start();
        Taskorch client =
            Taskorch.builder().address(redis).namespace(namespace).withoutUpkeep().connect()) {
      client.client().enqueue(TaskSpec.builder("a").queue("slow").build());
      String metrics = get(app.url(), "/metrics").body();
      assertThat(metrics)
          .contains("taskorch_queue_depth{queue=\"slow\",state=\"PENDING\"} 1.0")
          .contains("taskorch_queue_latency_seconds{queue=\"slow\"} ")
          .contains("taskorch_queue_workers{queue=\"slow\"} 0.0")
          .contains("taskorch_queue_unhandled{queue=\"slow\"} 0.0");
    }
  }

  @Test
  void tellsHowManyTasksNobodyCanTake() throws Exception {
    try (RunningApp app = start();
        Taskorch client =
            Taskorch.builder().address(redis).namespace(namespace).withoutUpkeep().connect()) {
      client.register(Handler.of("a", Json.class, (payload, task) -> null)).start();
      client.client().enqueue(TaskSpec.builder("a").requires(List.of("gpu")).build());
      client.client().enqueue(TaskSpec.builder("a").slots(11).build());
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(get(app.url(), "/metrics").body())
                      .contains("taskorch_queue_workers{queue=\"default\"} 1.0")
                      .contains("taskorch_queue_unhandled{queue=\"default\"} 2.0"));
    }
  }
}
