package io.taskorch.api.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueControllerTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();
  private final String path = "/v1/queues/" + queue;
  private final HttpWorker worker = new HttpWorker(api, queue);

  private String submit(String fields) {
    return api.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"" + fields + "}");
  }

  @Test
  void tellsItsDepthByStateAndTheAgeOfTheOldest() {
    submit("");
    submit(",\"delay\":\"1h\"");
    submit("");
    worker.claim();
    Answer answer = api.get(path);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.at("/name")).isEqualTo(queue);
    assertThat(answer.at("/paused")).isEqualTo("false");
    assertThat(answer.at("/depth/PENDING")).isEqualTo("1");
    assertThat(answer.at("/depth/SCHEDULED")).isEqualTo("1");
    assertThat(answer.at("/depth/RUNNING")).isEqualTo("1");
    assertThat(answer.at("/oldest_pending_age")).matches("\\d+(ms|s|m)");
    assertThat(api.get("/v1/queues").json().at("/queues").findValuesAsText("name")).contains(queue);
  }

  @Test
  void aPausedOneGivesNothingUntilItIsResumed() {
    submit("");
    Answer paused = api.post(path + "/pause");
    assertThat(paused.status()).isEqualTo(200);
    assertThat(paused.at("/paused")).isEqualTo("true");
    assertThat(api.post(path + "/pause").at("/paused")).isEqualTo("true");
    assertThat(worker.claim().json().at("/leases")).isEmpty();
    assertThat(api.post(path + "/resume").at("/paused")).isEqualTo("false");
    assertThat(worker.claim().json().at("/leases")).hasSize(1);
  }

  @Test
  void aPurgeCancelsWhatWaits() {
    String waits = submit("");
    submit(",\"delay\":\"1h\"");
    Answer purged = api.delete(path + "/tasks");
    assertThat(purged.status()).isEqualTo(200);
    assertThat(purged.text()).isEqualTo("{\"purged\":2}");
    assertThat(api.get("/v1/tasks/" + waits).at("/state")).isEqualTo("CANCELLED");
    assertThat(api.get("/v1/tasks/" + waits).at("/reason")).isEqualTo("purged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-such-queue", "a%20b", "%7Bx%7D"})
  void anUnknownOneIsNotFound(String name) {
    assertThat(api.get("/v1/queues/" + name).status()).isEqualTo(404);
    assertThat(api.delete("/v1/queues/" + name + "/tasks").status()).isEqualTo(404);
  }

  @Test
  void anIllFormedNameCannotBePaused() {
    assertThat(api.post("/v1/queues/a%20b/pause").status()).isEqualTo(404);
    assertThat(api.post("/v1/queues/a%20b/resume").status()).isEqualTo(404);
  }

  @Test
  void anOperationTakesNoFields() {
    assertThat(api.post(path + "/pause", "{\"for\":\"1h\"}").status()).isEqualTo(400);
    assertThat(api.get(path).status()).isEqualTo(404);
  }
}
