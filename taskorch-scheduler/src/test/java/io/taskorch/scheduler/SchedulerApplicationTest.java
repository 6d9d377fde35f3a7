package io.taskorch.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.micronaut.RunningApp;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.TestRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SchedulerApplicationTest {

  private final String redis = TestRedis.uri().getHost() + ":" + TestRedis.uri().getPort();
  private final String namespace = "scheduler-" + UUID.randomUUID();

  private RunningApp start() {
    return RunningApp.start(
        Set.of(App.SCHEDULER),
        ConfigLoader.of(App.SCHEDULER)
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
  void promotesWhatIsDueWithoutAnyWorker() {
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
  void isReadyWhenItsLoopsGoRound() {
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
  void tellsTheDepthOfQueues() throws Exception {
    try (RunningApp app = start();
        Taskorch client =
            Taskorch.builder().address(redis).namespace(namespace).withoutUpkeep().connect()) {
      client.client().enqueue(TaskSpec.builder("a").queue("slow").build());
      String metrics = get(app.url(), "/metrics").body();
      assertThat(metrics)
          .contains("taskorch_queue_depth{queue=\"slow\",state=\"PENDING\"} 1.0")
          .contains("taskorch_queue_latency_seconds{queue=\"slow\"} ")
          .contains("taskorch_queue_workers{queue=\"slow\"} 0.0");
    }
  }
}
