package io.taskorch.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.taskorch.json.PayloadCodec;
import io.taskorch.task.Progress;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Speaks to the REST API. */
final class ApiClient implements AutoCloseable {

  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final ObjectMapper mapper =
      PayloadCodec.defaultMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI api;

  ApiClient(URI api) {
    this.api = api;
  }

  /** A workflow run as it is read back. */
  record RunReply(
      String id,
      RunState state,
      Instant createdAt,
      @Nullable Instant finishedAt,
      List<StepReply> steps) {}

  record StepReply(
      String name,
      TaskState state,
      String id,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt) {}

  /** A task as it is read back. */
  record TaskReply(
      String id,
      TaskState state,
      @Nullable Progress progress,
      @Nullable String reason,
      List<AttemptReply> attempts) {}

  record AttemptReply(int number, @Nullable TaskError error) {}

  RunReply startWorkflow(JsonNode body) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request("/v1/workflows")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(mapper.writeValueAsBytes(body)));
    return call(request, RunReply.class);
  }

  RunReply workflow(String id) throws IOException, InterruptedException {
    return call(request("/v1/workflows/" + id), RunReply.class);
  }

  TaskReply task(String id) throws IOException, InterruptedException {
    return call(request("/v1/tasks/" + id), TaskReply.class);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(api.resolve(path)).timeout(LONGEST);
  }

  private <R> R call(HttpRequest.Builder request, Class<R> reply)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
    if (response.statusCode() >= 300) {
      String detail = mapper.readTree(response.body()).path("detail").asText();
      throw new IOException("the API answers " + response.statusCode() + ": " + detail);
    }
    return mapper.readValue(response.body(), reply);
  }

  @Override
  public void close() {
    http.close();
  }
}
