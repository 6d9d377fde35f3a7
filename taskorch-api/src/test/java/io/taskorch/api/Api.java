package io.taskorch.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.micronaut.RunningApp;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.testing.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** A real API on a real Redis, and calls to it. */
public final class Api implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static Api shared;

  private final RunningApp app;

  private Api(RunningApp app) {
    this.app = app;
  }

  /** The one that most tests share; each uses queues of its own. */
  public static synchronized Api shared() {
    if (shared == null) {
      shared = start(Map.of());
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared;
  }

  public static Api start(Map<String, String> settings) {
    return start(Set.of(App.API), settings);
  }

  public static Api start(Set<App> apps, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("redis.addr", TestRedis.uri().toString());
    all.put("redis.namespace", "api-" + UUID.randomUUID());
    all.put("server.port", "0");
    all.put("metrics.port", "0");
    all.putAll(settings);
    return new Api(
        RunningApp.start(apps, ConfigLoader.of(App.API).overrides(all).load().config(), List.of()));
  }

  public RunningApp app() {
    return app;
  }

  public URI uri(String path) {
    return app.url().resolve(path);
  }

  /** An answer; the body is read as JSON where it is any. */
  public record Answer(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String text() {
      return response.body();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }

    public JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(response.body(), e);
      }
    }

    /** The value at a JSON pointer, as text. */
    public String at(String pointer) {
      JsonNode node = json().at(pointer);
      return node.isMissingNode() ? null : node.isValueNode() ? node.asText() : node.toString();
    }
  }

  public Answer get(String path) {
    return call("GET", path, null);
  }

  public Answer delete(String path) {
    return call("DELETE", path, null);
  }

  public Answer post(String path) {
    return call("POST", path, null);
  }

  public Answer post(String path, String json, String... headers) {
    return call("POST", path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  public Answer put(String path, String json) {
    return call("PUT", path, json.getBytes(StandardCharsets.UTF_8));
  }

  public Answer call(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (body != null) {
      request.setHeader("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      return new Answer(HTTP.send(request.build(), BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Submits a task and gives its id. */
  public String submit(String json) {
    return post("/v1/tasks", json).at("/id");
  }

  @Override
  public void close() {
    app.close();
  }
}
