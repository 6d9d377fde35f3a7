package io.taskorch.api.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be is refused by name, and nothing of it is stored. */
class TaskInputTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();

  @AfterEach
  void nothingRefusedIsStored() {
    assertThat(api.get("/v1/queues/" + queue).status()).isEqualTo(404);
  }

  private Answer submit(String fields) {
    return api.post("/v1/tasks", "{\"queue\":\"" + queue + "\"," + fields + "}");
  }

  private static void assertProblem(Answer answer, int status, String pointer, String code) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.at("/status")).isEqualTo("" + status);
    assertThat(answer.at("/type")).isEqualTo("urn:taskorch:problem:invalid-request");
    assertThat(answer.at("/title")).isNotEmpty();
    assertThat(answer.at("/detail")).isNotEmpty();
    assertThat(answer.at("/instance")).isEqualTo("/v1/tasks");
    assertThat(answer.json().at("/errors").findValuesAsText("pointer")).containsOnlyOnce(pointer);
    assertThat(answer.json().at("/errors").findValuesAsText("code")).contains(code);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"payload\":1                             | 400 | /type          | required",
        "\"type\":null                             | 400 | /type          | required",
        "\"type\":7                                | 400 | /type          | wrong-type",
        "\"type\":\"\"                             | 422 | /type          | invalid-name",
        "\"type\":\"a b\"                          | 422 | /type          | invalid-name",
        "\"type\":\"-a\"                           | 422 | /type          | invalid-name",
        "\"type\":\"a{b}\"                         | 422 | /type          | invalid-name",
        "\"type\":\"a\",\"type\":\"b\"             | 400 | /type          | duplicate-field",
        "\"type\":\"a\",\"Type\":\"b\"             | 400 | /Type          | unknown-field",
        "\"type\":\"a\",\"priority\":\"urgent\"    | 422 | /priority      | unknown-value",
        "\"type\":\"a\",\"priority\":1             | 400 | /priority      | wrong-type",
        "\"type\":\"a\",\"delay\":\"-1s\"          | 422 | /delay         | out-of-range",
        "\"type\":\"a\",\"delay\":\"99999999999d\" | 422 | /delay         | out-of-range",
        "\"type\":\"a\",\"delay\":\"99999999999999999999h\" | 422 | /delay | out-of-range",
        "\"type\":\"a\",\"delay\":\"soon\"         | 400 | /delay         | malformed-duration",
        "\"type\":\"a\",\"delay\":10               | 400 | /delay         | wrong-type",
        "\"type\":\"a\",\"run_at\":\"soon\"        | 400 | /run_at        | malformed-instant",
        "\"type\":\"a\",\"run_at\":\"1969-01-01T00:00:00Z\" | 422 | /run_at | out-of-range",
        "\"type\":\"a\",\"run_at\":\"2300-01-01T00:00:00Z\" | 422 | /run_at | out-of-range",
        "\"type\":\"a\",\"start_before\":true      | 400 | /start_before  | wrong-type",
        "\"type\":\"a\",\"timeout\":\"0s\"         | 422 | /timeout       | out-of-range",
        "\"type\":\"a\",\"retention\":\"11000d\"   | 422 | /retention     | out-of-range",
        "\"type\":\"a\",\"idempotency_key\":\"\"   | 422 | /idempotency_key | out-of-range",
        "\"type\":\"a\",\"tags\":[\"a\",\"\"]      | 422 | /tags/1        | invalid-name",
        "\"type\":\"a\",\"tags\":\"a\"             | 400 | /tags          | wrong-type",
        "\"type\":\"a\",\"metadata\":{\"k\":1}     | 400 | /metadata/k    | wrong-type",
        "\"type\":\"a\",\"metadata\":{\"\":\"v\"}  | 422 | /metadata      | invalid-name",
        "\"type\":\"a\",\"retry_policy\":3         | 400 | /retry_policy  | wrong-type",
        "\"type\":\"a\",\"retry_policy\":{\"max_attempts\":0} | 422 | /retry_policy/max_attempts |"
            + " out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"max_attempts\":1.5} | 400 | /retry_policy/max_attempts"
            + " | wrong-type",
        "\"type\":\"a\",\"retry_policy\":{\"max_attempts\":1e99} | 400 | /retry_policy/max_attempts"
            + " | wrong-type",
        "\"type\":\"a\",\"retry_policy\":{\"max_attempts\":99999999999} | 422 |"
            + " /retry_policy/max_attempts | out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"delay\":\"-1s\"} | 422 | /retry_policy/delay |"
            + " out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"delay\":\"11000d\"} | 422 | /retry_policy/delay |"
            + " out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"backoff\":\"random\"} | 422 | /retry_policy/backoff |"
            + " unknown-value",
        "\"type\":\"a\",\"retry_policy\":{\"multiplier\":0.5} | 422 | /retry_policy/multiplier |"
            + " out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"multiplier\":1e999} | 422 | /retry_policy/multiplier |"
            + " out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"jitter\":1.1} | 422 | /retry_policy/jitter |"
            + " out-of-range",
        "\"type\":\"a\",\"retry_policy\":{\"delay\":\"1s\",\"initial_delay\":\"1s\"} | 422 |"
            + " /retry_policy/initial_delay | conflict",
        "\"type\":\"a\",\"group\":\"a b\" | 422 | /group | invalid-name",
        "\"type\":\"a\",\"group\":7 | 400 | /group | wrong-type",
        "\"type\":\"a\",\"limit\":\"\" | 422 | /limit | invalid-name",
        "\"type\":\"a\",\"sequence\":\"\" | 422 | /sequence | out-of-range",
        "\"type\":\"a\",\"sequence\":{\"key\":\"\"} | 422 | /sequence/key | out-of-range",
        "\"type\":\"a\",\"sequence\":{\"key\":\"k\",\"on_retry\":\"x\"} | 422 |"
            + " /sequence/on_retry | unknown-value",
        "\"type\":\"a\",\"sequence\":{\"key\":\"k\",\"a\":1} | 400 | /sequence/a | unknown-field",
        "\"type\":\"a\",\"sequence\":[] | 400 | /sequence | wrong-type",
        "\"type\":\"a\",\"sequence\":\"k\",\"unique\":{\"key\":\"k\",\"on_conflict\":\"queue_one\"}"
            + " | 422 | /sequence | conflict",
        "\"type\":\"a\",\"unique\":{\"key\":\"k\",\"until\":\"start\","
            + "\"on_conflict\":\"queue_one\"} | 422 | /unique/until | conflict",
        "\"type\":\"a\",\"units\":0 | 422 | /units | out-of-range",
        "\"type\":\"a\",\"units\":1.5 | 400 | /units | wrong-type",
        "\"type\":\"a\",\"slots\":0 | 422 | /slots | out-of-range",
        "\"type\":\"a\",\"slots\":10001 | 422 | /slots | out-of-range",
        "\"type\":\"a\",\"requires\":[\"gpu\",\"a b\"] | 422 | /requires/1 | invalid-label",
        "\"type\":\"a\",\"requires\":[\"region=\"] | 422 | /requires/0 | invalid-label",
        "\"type\":\"a\",\"requires\":\"gpu\" | 400 | /requires | wrong-type",
        "\"type\":\"a\",\"retry_policy\":{\"attempts\":1} | 400 | /retry_policy/attempts |"
            + " unknown-field",
      })
  void isRefusedByName(String fields, int status, String pointer, String code) {
    assertProblem(submit(fields), status, pointer, code);
  }

  @Test
  void delayExcludesRunAt() {
    assertProblem(
        submit("\"type\":\"a\",\"delay\":\"1s\",\"run_at\":\"2099-01-01T00:00:00Z\""),
        422,
        "/run_at",
        "conflict");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "durability",
        "id",
        "state",
        "when",
      })
  void aFieldThatIsNotBuiltIsUnknown(String field) {
    assertProblem(
        submit("\"type\":\"a\",\"" + field + "\":null"), 400, "/" + field, "unknown-field");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "nonsense",
        "[]",
        "\"a\"",
        "null",
        "{\"type\":\"a\"}}",
        "{\"type\":\"a\"} {}",
        "{\"type\":'a'}",
        "{\"type\":\"a\",}",
        "{\"type\":\"a\",\"payload\":NaN}",
        "{\"type\":\"a\",\"payload\":01}",
      })
  void aBodyThatIsNoJsonObjectIsMalformed(String body) {
    Answer answer = api.post("/v1/tasks", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.text()).doesNotContain("nonsense").doesNotContain("jackson");
  }

  @Test
  void bytesThatAreNotUtf8AreMalformed() {
    byte[] body =
        ("{\"type\":\"a\",\"queue\":\"" + queue + "\",\"payload\":\"#\"}")
            .getBytes(StandardCharsets.ISO_8859_1);
    body[new String(body, StandardCharsets.ISO_8859_1).indexOf('#')] = (byte) 0xe9;
    assertThat(api.call("POST", "/v1/tasks", body).status()).isEqualTo(400);
    byte[] utf16 = "{\"type\":\"a\"}".getBytes(StandardCharsets.UTF_16);
    assertThat(api.call("POST", "/v1/tasks", utf16).status()).isEqualTo(400);
  }

  @Test
  void aPayloadMayNotBeNestedWithoutEnd() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(submit("\"type\":\"a\",\"payload\":" + deep).status()).isEqualTo(400);
  }

  @Test
  void overlongNamesAreRefused() {
    assertProblem(submit("\"type\":\"" + "a".repeat(129) + "\""), 422, "/type", "invalid-name");
    assertProblem(
        submit("\"type\":\"a\",\"idempotency_key\":\"" + "k".repeat(257) + "\""),
        422,
        "/idempotency_key",
        "out-of-range");
  }

  @Test
  void aPayloadOverItsLimitIsTooLarge() {
    String payload = "\"" + "x".repeat(256 * 1024 - 1) + "\"";
    assertProblem(submit("\"type\":\"a\",\"payload\":" + payload), 413, "/payload", "too-large");
  }

  @Test
  void aBodyOverItsLimitIsTooLarge() {
    String body = "{\"type\":\"a\",\"payload\":\"" + "x".repeat(1024 * 1024) + "\"}";
    assertProblem(api.post("/v1/tasks", body), 413, "", "too-large");
  }

  @Test
  void aBodyWithoutEndIsCutOff() throws Exception {
    byte[] mebibyte = new byte[1024 * 1024];
    HttpRequest endless =
        HttpRequest.newBuilder(api.uri("/v1/tasks"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArrays(Collections.nCopies(40, mebibyte)))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      int status = http.send(endless, HttpResponse.BodyHandlers.ofString()).statusCode();
      assertThat(status).isEqualTo(413);
    } catch (IOException e) {
      // The server may hang up while the body is still being sent.
      assertThat(e).isNotNull();
    }
    assertThat(api.get("/health/liveness").status()).isEqualTo(200);
  }

  @Test
  void theAnswerNeverRepeatsTheInput() {
    assertThat(submit("\"type\":\"secret stuff\",\"delay\":\"hidden\"").text())
        .doesNotContain("secret")
        .doesNotContain("hidden");
  }

  @Test
  void whatTheServerItselfRefusesIsAProblemToo() {
    assertServerProblem(
        api.post("/v1/tasks", "{\"type\":\"a\"}", "Content-Type", "text/plain"), 415);
    assertServerProblem(
        api.post(
            "/v1/tasks", "{\"type\":\"a\"}", "Content-Type", "application/x-www-form-urlencoded"),
        415);
    assertServerProblem(api.call("GET", "/v1/queues", null, "Accept", "image/png"), 406);
    assertServerProblem(api.call("PUT", "/v1/tasks", null), 405);
    assertServerProblem(api.get("/v2/tasks"), 404);
    assertServerProblem(api.get("/v1/tasks/01ARZ3NDEKTSV4RRFFQ69G5F00/graph"), 404);
  }

  private static void assertServerProblem(Answer answer, int status) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.at("/status")).isEqualTo("" + status);
    assertThat(answer.at("/instance")).startsWith("/v");
    assertThat(answer.at("/detail")).isNotEmpty();
  }

  @Test
  void aPathThatIsNoUriIsRefused() throws Exception {
    URI uri = api.uri("/");
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket
          .getOutputStream()
          .write("GET /v1/tasks/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes());
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("Exception");
    }
  }
}
