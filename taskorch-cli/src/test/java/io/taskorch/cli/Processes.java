package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.testing.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Processes of the apps that share a namespace, and a client that only looks on. */
final class Processes implements AutoCloseable {

  static final Duration LONGEST = Duration.ofSeconds(60);
  static final Duration GRACE = Duration.ofSeconds(2);

  /** Short, so that a dead worker's tasks come back soon. */
  private static final Duration LEASE = Duration.ofSeconds(2);

  private final Path folder;
  private final EmbeddedRedis redis;
  private final String namespace = "test-" + UUID.randomUUID();
  private final List<CliProcess> started = new ArrayList<>();
  private final Taskorch client;

  Processes(Path folder, EmbeddedRedis redis) {
    this.folder = folder;
    this.redis = redis;
    this.client =
        Taskorch.builder()
            .address(redis.uri().toString())
            .namespace(namespace)
            .withoutUpkeep()
            .connect();
  }

  Taskorch client() {
    return client;
  }

  /** Starts a process without waiting until it is ready. */
  CliProcess start(String app) {
    try {
      Path config = Files.createTempFile(folder, app, ".yaml");
      Files.writeString(
          config,
          """
          redis: {addr: "%s", namespace: %s}
          server: {port: 0, graceful_shutdown_timeout: %dms}
          worker: {lease: %dms}
          metrics: {port: 0}
          """
              .formatted(redis.uri(), namespace, GRACE.toMillis(), LEASE.toMillis()));
      CliProcess process = CliProcess.start(folder, app, "--config", config.toString());
      started.add(process);
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts two processes of an app that are ready. */
  List<CliProcess> startTwo(String app) {
    List<CliProcess> two = Stream.of(start(app), start(app)).toList();
    two.forEach(one -> assertThat(one.url()).isNotNull());
    return two;
  }

  /** Posts what is to be created, in JSON with single quotes; returns its id. */
  static String submit(URI api, String path, String body) {
    HttpResponse<String> answer = send("POST", api.resolve(path), body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return answer.headers().firstValue("Location").orElseThrow().replaceFirst(".*/", "");
  }

  static String health(CliProcess process) {
    return send("GET", process.url().resolve("/health"), "").body();
  }

  /**
   * @param body JSON with single quotes; empty for none
   * @throws UncheckedIOException nobody answers there
   */
  static HttpResponse<String> send(String method, URI uri, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"')))
            .timeout(LONGEST)
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    started.forEach(CliProcess::close);
    client.close();
  }
}
