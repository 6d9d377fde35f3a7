package io.taskorch.api.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.Taskorch;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.testing.TestRedis;
import io.taskorch.worker.Handler;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * An API, and a program beside it that does the work: {@code echo} gives its payload back, {@code
 * fail} fails for good, {@code once} fails for good the first time that it has a task, and then
 * gives its payload back.
 */
final class Stack implements AutoCloseable {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static Stack shared;

  private final Api api;
  private final Taskorch program;
  private final Set<String> failedOnce = ConcurrentHashMap.newKeySet();

  private Stack() {
    String namespace = "stack-" + UUID.randomUUID();
    api = Api.start(Map.of("redis.namespace", namespace));
    program =
        Taskorch.builder()
            .address(TestRedis.uri().toString())
            .namespace(namespace)
            .connect()
            .register(Handler.of("echo", Json.class, (payload, task) -> payload))
            .register(
                Handler.of(
                    "fail",
                    Json.class,
                    (payload, task) -> {
                      throw new PermanentTaskException("failed as told");
                    }))
            .register(
                Handler.of(
                    "once",
                    Json.class,
                    (payload, task) -> {
                      if (failedOnce.add(task.taskId())) {
                        throw new PermanentTaskException("the first time");
                      }
                      return payload;
                    }))
            .start();
  }

  /** The one that most tests share. */
  static synchronized Stack shared() {
    if (shared == null) {
      shared = new Stack();
      Runtime.getRuntime().addShutdownHook(new Thread(shared::close));
    }
    return shared;
  }

  Api api() {
    return api;
  }

  /** Starts a run of some steps, with an input, and gives its id. */
  String start(String input, String... steps) {
    Answer started =
        api.post(
            "/v1/workflows",
            "{\"name\":\"w\",\"input\":%s,\"steps\":[%s]}"
                .formatted(input, String.join(",", steps)));
    if (started.status() != 201) {
      throw new AssertionError(started.text());
    }
    return started.at("/id");
  }

  /** A step of a task of this type, with further fields, such as {@code ,"when":"true"}. */
  static String step(String name, String type, String fields) {
    return "{\"name\":\"%s\",\"task_type\":\"%s\",\"payload\":\"%s\"%s}"
        .formatted(name, type, name, fields);
  }

  Answer run(String id) {
    return api.get("/v1/workflows/" + id);
  }

  /** The run, once it is in a state. */
  Answer await(String id, String state) {
    return await(id, run -> run.at("/state").equals(state));
  }

  /** The run, once a step waits for something. */
  Answer awaitWaiting(String id, String step, String what) {
    return await(id, run -> what.equals(stepOf(run, step).path("waiting_for").asText()));
  }

  private Answer await(String id, Predicate<Answer> enough) {
    return Awaitility.await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> run(id), enough);
  }

  static JsonNode stepOf(Answer run, String name) {
    for (JsonNode step : run.json().at("/steps")) {
      if (step.get("name").asText().equals(name)) {
        return step;
      }
    }
    throw new AssertionError("no step " + name + " in " + run.text());
  }

  static String state(Answer run, String step) {
    return stepOf(run, step).get("state").asText();
  }

  /** The result of a step as JSON; null for none. */
  String result(Answer run, String step) {
    JsonNode result = task(run, step).json().get("result");
    return result == null ? null : result.toString();
  }

  Answer task(Answer run, String step) {
    return api.get("/v1/tasks/" + stepOf(run, step).get("id").asText());
  }

  /** Does something to a step of a run. */
  Answer act(String id, String step, String verb, String body) {
    return api.post("/v1/workflows/" + id + "/steps/" + step + "/" + verb, body);
  }

  @Override
  public void close() {
    program.close();
    api.close();
  }
}
