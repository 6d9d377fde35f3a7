package io.taskorch.worker.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.micronaut.RunningApp;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.testing.TestRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerApplicationTest {

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final String redis = TestRedis.uri().toString();
  private final String namespace = "worker-" + UUID.randomUUID();

  @TempDir private Path folder;

  private RunningApp start() {
    return start(settings());
  }

  private static RunningApp start(Map<String, String> settings) {
    return RunningApp.start(
        Set.of(App.WORKER),
        ConfigLoader.of(App.WORKER).overrides(settings).load().config(),
        List.of());
  }

  private Map<String, String> settings() {
    return Map.of(
        "redis.addr",
        redis,
        "redis.namespace",
        namespace,
        "server.port",
        "0",
        "metrics.port",
        "0",
        "server.graceful_shutdown_timeout",
        "200ms");
  }

  private Taskorch connect() {
    return Taskorch.builder().address(redis).namespace(namespace).connect();
  }

  private static String get(URI base, String path) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString())
        .body();
  }

  private static int status(URI base, String path) throws Exception {
    return HTTP.send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.discarding())
        .statusCode();
  }

  @Test
  void runsTheHandlersOfItsBeans() throws Exception {
    try (RunningApp app = start();
        Taskorch client = connect()) {
      assertThat(
              client
                  .client()
                  .enqueue("greet", Map.of("name", "world"), String.class)
                  .await(Duration.ofSeconds(20)))
          .isEqualTo("hello world");
      assertThat(app.taskorch().handlers().types()).containsExactlyInAnyOrder("greet", "sleep");
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(client.workers().list())
                      .singleElement()
                      .satisfies(
                          w ->
                              assertThat(w.info().queues())
                                  .containsExactlyInAnyOrder("default", "naps")));
    }
  }

  @Test
  void runsCommandsWhereItsSettingsSaySo() {
    Map<String, String> settings = new HashMap<>(settings());
    settings.put("worker.shell.mode", "any");
    settings.put("worker.shell.work_dir", folder.resolve("commands").toString());
    try (RunningApp app = start(settings);
        Taskorch client = connect()) {
      assertThat(app.taskorch().handlers().types()).contains("shell");
      assertThat(
              client
                  .client()
                  .enqueue("shell", Map.of("command", "pwd"))
                  .await(Duration.ofSeconds(20))
                  .toString())
          .contains("/commands/tasks/");
    }
  }

  @Test
  void tellsItsHealthAndMetricsAndNothingElse() throws Exception {
    try (RunningApp app = start();
        Taskorch client = connect()) {
      Awaitility.await()
          .untilAsserted(() -> assertThat(status(app.url(), "/health/readiness")).isEqualTo(200));
      assertThat(get(app.url(), "/health/readiness")).contains("\"worker\"", "\"last_poll\"");
      assertThat(status(app.url(), "/health/liveness")).isEqualTo(200);
      assertThat(status(app.url(), "/v1/tasks")).isEqualTo(404);
      client.client().enqueue("greet", Map.of("name", "x")).await(Duration.ofSeconds(20));
      client.client().enqueue(TaskSpec.builder("sleep").queue("naps").build());
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(get(app.url(), "/metrics"))
                      .contains(
                          "taskorch_tasks_completed_total{outcome=\"succeeded\",queue=\"default\","
                              + "type=\"greet\"} 1.0",
                          "taskorch_task_duration_seconds_count{queue=\"default\",type=\"greet\"}"
                              + " 1",
                          "taskorch_task_wait_seconds_count{queue=\"default\",type=\"greet\"} 1",
                          "taskorch_worker_slots{state=\"busy\"} 1.0",
                          "taskorch_worker_slots{state=\"free\"} 9.0",
                          "taskorch_leases_lost_total 0.0"));
    }
  }

  @Test
  void endsInGoodOrderWhenItIsClosed() {
    try (Taskorch client = connect()) {
      String id;
      try (RunningApp app = start()) {
        id = client.client().enqueue(TaskSpec.builder("sleep").queue("naps").build()).id();
        Awaitility.await().until(() -> client.client().get(id).state() == TaskState.RUNNING);
      }
      Task task = client.client().get(id);
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
      assertThat(task.attempt()).isZero();
      assertThat(client.workers().list()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void aSignalEndsTheProcessWithExitCode0(String signal) throws Exception {
    int port = EmbeddedRedis.freePort();
    Process process =
        process(
            Map.of(
                "TASKORCH_REDIS_ADDR",
                redis,
                "TASKORCH_REDIS_NAMESPACE",
                namespace,
                "TASKORCH_SERVER_PORT",
                "" + port,
                "TASKORCH_METRICS_PORT",
                "0",
                "TASKORCH_SERVER_GRACEFUL_SHUTDOWN_TIMEOUT",
                "500ms"));
    try (Taskorch client = connect()) {
      String id = client.client().enqueue(TaskSpec.builder("sleep").queue("naps").build()).id();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> client.client().get(id).state() == TaskState.RUNNING);
      new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output()).isZero();
      Task task = client.client().get(id);
      assertThat(task.state()).isEqualTo(TaskState.PENDING);
      assertThat(task.attempt()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void withoutRedisItSaysSoInALineAndExitsWith1() throws Exception {
    Process process =
        process(Map.of("TASKORCH_REDIS_ADDR", "127.0.0.1:" + EmbeddedRedis.freePort()));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(output().lines().filter(line -> line.startsWith("taskorch: "))).hasSize(1);
    assertThat(output()).doesNotContain("\tat ");
  }

  @Test
  void withBadSettingsItSaysSoInALineEachAndExitsWith1() throws Exception {
    Process process =
        process(
            Map.of(
                "TASKORCH_WORKER_CONCURRENCY", "0",
                "TASKORCH_WORKER_LEASE", "none",
                "TASKORCH_AUTH_ENABLED", "true"));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(output().lines())
        .hasSize(3)
        .allMatch(line -> line.startsWith("taskorch: environment: TASKORCH_"));
  }

  @Test
  void onATakenPortItSaysSoInALineAndExitsWith1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process process =
          process(
              Map.of(
                  "TASKORCH_REDIS_ADDR",
                  redis,
                  "TASKORCH_REDIS_NAMESPACE",
                  namespace,
                  "TASKORCH_SERVER_PORT",
                  "" + taken.getLocalPort(),
                  "TASKORCH_METRICS_PORT",
                  "0"));
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(output()).isEqualTo(1);
      assertThat(output().lines().filter(line -> line.startsWith("taskorch: cannot listen on ")))
          .hasSize(1);
    }
  }

  private Process process(Map<String, String> environment) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            WorkerApplication.class.getName());
    builder.environment().keySet().removeIf(name -> name.startsWith("TASKORCH_"));
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile());
    return builder.start();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }
}
