package io.taskorch.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api.Answer;
import io.taskorch.micronaut.config.App;
import io.taskorch.testing.EmbeddedRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class ApiApplicationTest {

  private final Api api = Api.shared();

  @Test
  void isAliveAndReady() {
    Answer ready = api.get("/health/readiness");
    assertThat(ready.status()).isEqualTo(200);
    assertThat(ready.at("/status")).isEqualTo("UP");
    assertThat(ready.at("/details/redis/status")).isEqualTo("UP");
    assertThat(ready.json().at("/details").has("worker")).isFalse();
    assertThat(api.get("/health/liveness").at("/status")).isEqualTo("UP");
  }

  @Test
  void tellsWhichQueuesWaitForAWorker() {
    String queue = "q-" + UUID.randomUUID();
    try (Api own = Api.start(Map.of())) {
      own.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"}");
      assertThat(own.get("/health").status()).isEqualTo(200);
      assertThat(own.get("/health").at("/details/queues/details/without_worker"))
          .isEqualTo("[\"" + queue + "\"]");
    }
    try (Api own = Api.start(Map.of())) {
      own.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"}");
      new HttpWorker(own, queue).claim();
      own.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"}");
      assertThat(own.get("/health").at("/details/queues/details/without_worker")).isEqualTo("[]");
    }
  }

  @Test
  void worksOnNothingItself() {
    assertThat(api.app().taskorch().worker()).isEmpty();
    assertThat(api.app().taskorch().upkeep()).isEmpty();
  }

  @Test
  void countsWhatGoesThroughIt() {
    String queue = "q-" + UUID.randomUUID();
    HttpWorker worker = new HttpWorker(api, queue);
    String task = "{\"type\":\"a\",\"queue\":\"" + queue + "\"}";
    api.submit(task);
    api.submit(task);
    api.submit(task);
    worker.say(worker.claimOne(), "complete", "{}");
    worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"a secret\"}}");
    worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"x\"},\"retryable\":false}");
    String cancelled = api.submit(task);
    api.delete("/v1/tasks/" + cancelled);
    api.delete("/v1/tasks/" + cancelled);
    api.submit(task);
    String of = "{queue=\"" + queue + "\",type=\"a\"}";
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(api.get("/metrics").text())
                    .contains(
                        "taskorch_tasks_created_total" + of + " 5.0",
                        "taskorch_task_retries_total" + of + " 1.0",
                        "taskorch_task_duration_seconds_count" + of + " 3",
                        "taskorch_task_duration_seconds_bucket{queue=\"" + queue,
                        "taskorch_task_wait_seconds_count" + of + " 3",
                        completed(queue, "succeeded"),
                        completed(queue, "failed"),
                        completed(queue, "cancelled"),
                        "taskorch_queue_depth{queue=\"" + queue + "\",state=\"PENDING\"} 1.0",
                        "taskorch_queue_latency_seconds{queue=\"" + queue + "\"} ",
                        "taskorch_queue_workers{queue=\"" + queue + "\"} 1.0")
                    .doesNotContain(cancelled)
                    .doesNotContain("secret"));
    assertThat(api.get("/metrics").header("Content-Type")).startsWith("text/plain");
  }

  private static String completed(String queue, String outcome) {
    return "taskorch_tasks_completed_total{outcome=\"%s\",queue=\"%s\",type=\"a\"} 1.0"
        .formatted(outcome, queue);
  }

  @Test
  void metricsCanHaveAPortOfTheirOwn() throws Exception {
    int port = EmbeddedRedis.freePort();
    try (Api own = Api.start(Map.of("metrics.port", "" + port));
        HttpClient http = HttpClient.newHttpClient()) {
      URI there = URI.create("http://127.0.0.1:" + port);
      assertThat(
              http.send(
                      HttpRequest.newBuilder(there.resolve("/metrics")).build(),
                      BodyHandlers.ofString())
                  .body())
          .contains("jvm_memory_used_bytes");
      assertThat(own.get("/metrics").status()).isEqualTo(404);
      for (String path : new String[] {"/v1/tasks", "/health", "/openapi.yml"}) {
        assertThat(
                http.send(
                        HttpRequest.newBuilder(there.resolve(path)).build(),
                        BodyHandlers.discarding())
                    .statusCode())
            .as(path)
            .isEqualTo(404);
      }
    }
  }

  @Test
  void metricsCanBeOff() {
    try (Api own = Api.start(Map.of("metrics.enabled", "false"))) {
      assertThat(own.get("/metrics").status()).isEqualTo(404);
      assertThat(own.submit("{\"type\":\"a\"}")).hasSize(26);
    }
  }

  @Test
  void severalAppsRunInOneProcess() {
    try (Api all = Api.start(Set.of(App.values()), Map.of())) {
      assertThat(all.app().taskorch().upkeep()).isPresent();
      assertThat(all.get("/health/readiness").json().at("/details").has("scheduler")).isTrue();
      assertThat(all.submit("{\"type\":\"a\"}")).hasSize(26);
    }
  }

  @Test
  void aWaitingCallIsAnsweredWhenTheAppEnds() {
    Api own = Api.start(Map.of());
    String id = own.submit("{\"type\":\"other\"}");
    HttpWorker worker = new HttpWorker(own, "default");
    var result =
        CompletableFuture.supplyAsync(() -> own.get("/v1/tasks/" + id + "/result?wait=1m"));
    var claim = CompletableFuture.supplyAsync(() -> worker.claim(",\"wait\":\"1m\""));
    Awaitility.await().until(() -> own.get("/v1/workers").text().contains(worker.id()));
    Awaitility.await()
        .pollDelay(Duration.ofMillis(500))
        .until(() -> !result.isDone() && !claim.isDone());
    long start = System.nanoTime();
    own.close();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(result.orTimeout(10, TimeUnit.SECONDS).join().status()).isEqualTo(202);
    assertThat(claim.orTimeout(10, TimeUnit.SECONDS).join().json().at("/leases")).isEmpty();
  }

  @Test
  void pagesOfOtherOriginsMayNotCall() {
    String task = "{\"type\":\"a\"}";
    assertThat(api.post("/v1/tasks", task, "Origin", "https://evil.example").status())
        .isEqualTo(403);
    assertThat(api.post("/v1/tasks", task, "Origin", "null").status()).isEqualTo(403);
    try (Api own = Api.start(Map.of("server.allowed_origins", "https://good.example"))) {
      Answer allowed = own.post("/v1/tasks", task, "Origin", "https://good.example");
      assertThat(allowed.status()).isEqualTo(201);
      assertThat(allowed.header("Access-Control-Allow-Origin")).isEqualTo("https://good.example");
      assertThat(own.post("/v1/tasks", task, "Origin", "https://evil.example").status())
          .isEqualTo(403);
    }
  }
}
