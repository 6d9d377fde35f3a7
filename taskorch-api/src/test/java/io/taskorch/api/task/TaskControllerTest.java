package io.taskorch.api.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskControllerTest {

  private static final String NO_SUCH_ID = "01ARZ3NDEKTSV4RRFFQ69G5F00";

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();
  private final HttpWorker worker = new HttpWorker(api, queue);

  private String submit(String fields) {
    return api.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"" + fields + "}");
  }

  private Answer task(String id) {
    return api.get("/v1/tasks/" + id);
  }

  @Nested
  class Submitting {

    @Test
    void createsATaskWithItsLocation() {
      Answer answer =
          api.post(
              "/v1/tasks",
              """
              {"type":"process_image","queue":"%s","priority":"high","payload":{"url":"x"},
               "retry_policy":{"max_attempts":5,"initial_delay":"2s","backoff":"linear"},
               "timeout":"5m","tags":["a","b"],"metadata":{"k":"v"},"retention":"PT1H"}
              """
                  .formatted(queue));
      assertThat(answer.status()).isEqualTo(201);
      String id = answer.at("/id");
      assertThat(id).hasSize(26);
      assertThat(answer.header("Location")).isEqualTo("/v1/tasks/" + id);
      assertThat(answer.json()).isEqualTo(task(id).json());
      assertThat(answer.at("/type")).isEqualTo("process_image");
      assertThat(answer.at("/state")).isEqualTo("PENDING");
      assertThat(answer.at("/priority")).isEqualTo("high");
      assertThat(answer.at("/payload")).isEqualTo("{\"url\":\"x\"}");
      assertThat(answer.at("/retry_policy/max_attempts")).isEqualTo("5");
      assertThat(answer.at("/retry_policy/delay")).isEqualTo("2s");
      assertThat(answer.at("/retry_policy/backoff")).isEqualTo("linear");
      assertThat(answer.at("/retry_policy/max_delay")).isEqualTo("1m");
      assertThat(answer.at("/max_attempts")).isEqualTo("5");
      assertThat(answer.at("/timeout")).isEqualTo("5m");
      assertThat(answer.at("/retention")).isEqualTo("1h");
      assertThat(answer.at("/tags")).isEqualTo("[\"a\",\"b\"]");
      assertThat(answer.at("/metadata/k")).isEqualTo("v");
      assertThat(answer.at("/attempt")).isEqualTo("0");
      assertThat(answer.at("/attempts")).isEqualTo("[]");
      assertThat(answer.at("/cancel_requested")).isEqualTo("false");
      assertThat(Instant.parse(answer.at("/created_at"))).isBefore(Instant.now().plusSeconds(60));
    }

    @Test
    void needsNoMoreThanAType() {
      Answer answer = api.post("/v1/tasks", "{\"type\":\"a\"}");
      assertThat(answer.status()).isEqualTo(201);
      assertThat(answer.at("/queue")).isEqualTo("default");
      assertThat(answer.at("/priority")).isEqualTo("normal");
      assertThat(answer.at("/payload")).isEqualTo("null");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "1.10",
          "9007199254740993",
          "[]",
          "{}",
          "\"\\u00e9\\ud83d\\ude00 é😀 \\/\"",
          "{\"a\": 1e400,  \"b\":[ 1.0,{} ] , \"a\":2}",
          "\"\"",
          "false",
        })
    void keepsThePayloadByteForByte(String payload) {
      String id = submit(",\"payload\":" + payload);
      assertThat(task(id).text()).contains("\"payload\":" + payload + ",\"queue\"");
      assertThat(worker.claim().text()).contains("\"payload\":" + payload + ",\"queue\"");
    }

    @Test
    void schedulesByDelayOrInstant() {
      Answer delayed = task(submit(",\"delay\":\"1h\""));
      assertThat(delayed.at("/state")).isEqualTo("SCHEDULED");
      assertThat(Instant.parse(delayed.at("/due_at")))
          .isEqualTo(Instant.parse(delayed.at("/created_at")).plus(Duration.ofHours(1)));
      Answer at = task(submit(",\"run_at\":\"2099-12-01T09:00:00+01:00\""));
      assertThat(at.at("/due_at")).isEqualTo("2099-12-01T08:00:00Z");
    }

    @Test
    void theSameIdempotencyKeyGivesTheFirstTask() {
      String key = UUID.randomUUID().toString();
      String body = "{\"type\":\"a\",\"queue\":\"" + queue + "\",\"payload\":1}";
      Answer first = api.post("/v1/tasks", body, "Idempotency-Key", key);
      Answer again = api.post("/v1/tasks", body, "Idempotency-Key", key);
      Answer byField =
          api.post("/v1/tasks", body.replace("}", ",\"idempotency_key\":\"" + key + "\"}"));
      assertThat(first.status()).isEqualTo(201);
      assertThat(again.status()).isEqualTo(200);
      assertThat(byField.status()).isEqualTo(200);
      assertThat(again.at("/id")).isEqualTo(first.at("/id"));
      assertThat(byField.at("/id")).isEqualTo(first.at("/id"));
      assertThat(first.at("/idempotency_key")).isEqualTo(key);

      Answer other = api.post("/v1/tasks", body.replace("1}", "2}"), "Idempotency-Key", key);
      assertThat(other.status()).isEqualTo(409);
      assertThat(other.at("/type")).endsWith("idempotency-conflict");
      assertThat(other.at("/id")).isEqualTo(first.at("/id"));
    }

    @Test
    void theKeyOfADeletedTaskIsGone() {
      String key = UUID.randomUUID().toString();
      String body = "{\"type\":\"a\",\"queue\":\"" + queue + "\"}";
      String id = api.post("/v1/tasks", body, "Idempotency-Key", key).at("/id");
      api.delete("/v1/tasks/" + id);
      assertThat(api.delete("/v1/tasks/" + id + "?purge=true").status()).isEqualTo(204);
      Answer again = api.post("/v1/tasks", body, "Idempotency-Key", key);
      assertThat(again.status()).isEqualTo(410);
      assertThat(again.at("/id")).isEqualTo(id);
    }

    @Test
    void twoDifferentKeysAreRefused() {
      Answer answer =
          api.post(
              "/v1/tasks", "{\"type\":\"a\",\"idempotency_key\":\"x\"}", "Idempotency-Key", "y");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.at("/errors/0/pointer")).isEqualTo("/idempotency_key");
    }
  }

  @Nested
  class Batches {

    @Test
    void answerARowEach() {
      Answer answer =
          api.post(
              "/v1/tasks/batch",
              """
              {"tasks":[{"type":"a","queue":"%1$s"},{"type":"b","queue":"%1$s","colour":1},
               {"type":"c","queue":"%1$s","idempotency_key":"%1$s"},7,
               {"type":"c","queue":"%1$s","idempotency_key":"%1$s"},{"type":"","queue":"%1$s"}]}
              """
                  .formatted(queue));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().at("/tasks")).hasSize(6);
      assertThat(task(answer.at("/tasks/0/id")).at("/type")).isEqualTo("a");
      assertThat(answer.at("/tasks/0/error")).isNull();
      assertThat(answer.at("/tasks/1/id")).isNull();
      assertThat(answer.at("/tasks/1/error/status")).isEqualTo("400");
      assertThat(answer.at("/tasks/1/error/errors/0/pointer")).isEqualTo("/tasks/1/colour");
      assertThat(answer.at("/tasks/2/created")).isEqualTo("true");
      assertThat(answer.at("/tasks/3/error/errors/0/pointer")).isEqualTo("/tasks/3");
      assertThat(answer.at("/tasks/4/created")).isEqualTo("false");
      assertThat(answer.at("/tasks/4/id")).isEqualTo(answer.at("/tasks/2/id"));
      assertThat(answer.at("/tasks/5/error/status")).isEqualTo("422");
      assertThat(answer.at("/tasks/5/error/errors/0/pointer")).isEqualTo("/tasks/5/type");
      assertThat(api.get("/v1/queues/" + queue).at("/depth/PENDING")).isEqualTo("2");
    }

    @Test
    void ofAThousandAreTakenAndOfMoreRefusedWhole() {
      String task = "{\"type\":\"a\",\"queue\":\"" + queue + "\"}";
      String thousand = (task + ",").repeat(999) + task;
      assertThat(api.post("/v1/tasks/batch", "{\"tasks\":[" + thousand + "]}").json().at("/tasks"))
          .hasSize(1000);
      assertThat(api.get("/v1/queues/" + queue).at("/depth/PENDING")).isEqualTo("1000");
      Answer more = api.post("/v1/tasks/batch", "{\"tasks\":[" + thousand + "," + task + "]}");
      assertThat(more.status()).isEqualTo(422);
      assertThat(more.at("/errors/0/pointer")).isEqualTo("/tasks");
      assertThat(api.get("/v1/queues/" + queue).at("/depth/PENDING")).isEqualTo("1000");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{}              | 400 | /tasks",
          "{\"tasks\":{}}  | 400 | /tasks",
          "{\"tasks\":[],\"x\":1} | 400 | /x",
        })
    void thatAreNoListAreRefused(String body, int status, String pointer) {
      Answer answer = api.post("/v1/tasks/batch", body);
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
    }

    @Test
    void takeNoKeyForAll() {
      assertThat(api.post("/v1/tasks/batch", "{\"tasks\":[]}", "Idempotency-Key", "x").status())
          .isEqualTo(400);
    }
  }

  @Nested
  class Reading {

    @ParameterizedTest
    @ValueSource(
        strings = {
          NO_SUCH_ID,
          "xyz",
          "01arz3ndektsv4rrffq69g5f00",
          "01ARZ3NDEKTSV4RRFFQ69G5FZZ",
          "%7Bevil%7D",
        })
    void anUnknownIdIsNotFoundWhateverIsDoneWithIt(String id) {
      String path = "/v1/tasks/" + id;
      for (Answer answer :
          new Answer[] {
            api.get(path),
            api.get(path + "/result"),
            api.get(path + "/result?wait=1s"),
            api.get(path + "/logs"),
            api.get(path + "/explain"),
            api.delete(path),
            api.delete(path + "?purge=true"),
            api.post(path + "/cancel"),
            api.post(path + "/retry"),
            api.post(path + "/run-now"),
          }) {
        assertThat(answer.status()).as(answer.response().uri().toString()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.at("/type")).endsWith(":not-found");
      }
    }

    @Test
    void tellsEachAttempt() {
      String id = submit(",\"retry_policy\":{\"max_attempts\":1}");
      String lease = worker.claimOne();
      assertThat(task(id).at("/worker_id")).isEqualTo(worker.id());
      assertThat(task(id).at("/attempts/0/number")).isEqualTo("1");
      worker.say(
          lease, "fail", "{\"error\":{\"type\":\"Boom\",\"message\":\"no\",\"stack\":\"at\"}}");
      Answer failed = task(id);
      assertThat(failed.at("/state")).isEqualTo("FAILED");
      assertThat(failed.at("/reason")).isEqualTo("attempts-spent");
      assertThat(failed.at("/attempts/0/worker_id")).isEqualTo(worker.id());
      assertThat(failed.at("/attempts/0/error/type")).isEqualTo("Boom");
      assertThat(failed.at("/attempts/0/error/message")).isEqualTo("no");
      assertThat(failed.at("/attempts/0/error/kind")).isEqualTo("exception");
      assertThat(failed.at("/finished_at")).isNotNull();
    }
  }

  @Nested
  class Results {

    @Test
    void areNotThereBeforeTheEnd() {
      Answer answer = api.get("/v1/tasks/" + submit("") + "/result");
      assertThat(answer.status()).isEqualTo(202);
      assertThat(answer.text()).isEqualTo("{\"state\":\"PENDING\"}");
    }

    @Test
    void endTheWaitAtOnce() {
      String id = submit("");
      String lease = worker.claimOne();
      var waiting =
          CompletableFuture.supplyAsync(() -> api.get("/v1/tasks/" + id + "/result?wait=30s"));
      worker.say(lease, "complete", "{\"result\":{\"n\": 1.10}}");
      Answer answer = Awaitility.await().until(waiting::join, a -> true);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("{\"state\":\"SUCCEEDED\",\"result\":{\"n\": 1.10}}");
    }

    @Test
    void areAwaitedNoLongerThanAsked() {
      String id = submit("");
      long start = System.nanoTime();
      assertThat(api.get("/v1/tasks/" + id + "/result?wait=300ms").status()).isEqualTo(202);
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(300), Duration.ofSeconds(10));
    }

    @Test
    void ofATaskThatFailedAreItsError() {
      String id = submit("");
      worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"no\"},\"retryable\":false}");
      Answer answer = api.get("/v1/tasks/" + id + "/result");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/state")).isEqualTo("FAILED");
      assertThat(answer.at("/error/message")).isEqualTo("no");
      assertThat(answer.at("/reason")).isEqualTo("permanent-error");
      assertThat(answer.json().has("result")).isFalse();
    }

    @Test
    void withoutAValueAreNull() {
      String id = submit("");
      worker.say(worker.claimOne(), "complete", "{}");
      assertThat(api.get("/v1/tasks/" + id + "/result").text())
          .isEqualTo("{\"state\":\"SUCCEEDED\",\"result\":null}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"61s", "-1s", "soon", "1"})
    void areNotAwaitedForAnyTime(String wait) {
      Answer answer = api.get("/v1/tasks/" + submit("") + "/result?wait=" + wait);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.at("/errors/0/pointer")).isEqualTo("/wait");
    }
  }

  @Nested
  class Logs {

    @Test
    void areReadInOrderAndFromAnyLine() {
      String id = submit("");
      String lease = worker.claimOne();
      worker.say(
          lease,
          "logs",
          """
          {"lines":[{"stream":"stdout","line":"one"},{"stream":"stderr","line":"two"},
           {"line":"three","time":"2026-01-02T03:04:05Z"}]}
          """);
      Answer all = api.get("/v1/tasks/" + id + "/logs");
      assertThat(all.status()).isEqualTo(200);
      assertThat(all.json().at("/lines").findValuesAsText("line"))
          .containsExactly("one", "two", "three");
      assertThat(all.json().at("/lines").findValuesAsText("stream"))
          .containsExactly("stdout", "stderr", "log");
      assertThat(all.at("/lines/2/time")).isEqualTo("2026-01-02T03:04:05Z");
      assertThat(all.at("/dropped")).isEqualTo("0");
      Answer rest = api.get("/v1/tasks/" + id + "/logs?after=" + all.at("/lines/0/seq"));
      assertThat(rest.json().at("/lines").findValuesAsText("line")).containsExactly("two", "three");
    }

    @Test
    void cannotBeFollowedYet() {
      Answer answer = api.get("/v1/tasks/" + submit("") + "/logs?follow=true");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.at("/errors/0/pointer")).isEqualTo("/follow");
      assertThat(answer.at("/errors/0/code")).isEqualTo("not-built");
    }

    @Test
    void areRefusedAfterWhatIsNoNumber() {
      assertThat(api.get("/v1/tasks/" + submit("") + "/logs?after=-1").status()).isEqualTo(400);
    }
  }

  @Nested
  class Explaining {

    @Test
    void tellsEveryReason() {
      String waits = submit("");
      assertThat(codes(waits)).contains("no-worker");
      api.post("/v1/queues/" + queue + "/pause");
      assertThat(codes(waits)).contains("no-worker", "queue-paused");
      assertThat(codes(submit(",\"delay\":\"1h\""))).contains("due-later");
      api.delete("/v1/tasks/" + waits);
      assertThat(codes(waits)).containsExactly("final");
    }

    @Test
    void tellsWhatHoldsATaskBackBesidesTimeAndWorkers() {
      String first = submit(",\"sequence\":\"" + queue + "\"");
      String second = submit(",\"sequence\":\"" + queue + "\"");
      assertThat(api.get("/v1/tasks/" + second + "/explain").at("/reasons/1/detail"))
          .isEqualTo("waits for its turn, which " + first + " has");
      assertThat(codes(second)).containsExactly("no-worker", "waits-for-turn");
      api.post("/v1/queues/" + queue + "/groups/a/pause");
      assertThat(codes(submit(",\"group\":\"a\""))).containsExactly("no-worker", "group-paused");
    }

    private List<String> codes(String id) {
      Answer answer = api.get("/v1/tasks/" + id + "/explain");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/id")).isEqualTo(id);
      return answer.json().at("/reasons").findValuesAsText("code");
    }
  }

  @Nested
  class Cancelling {

    @Test
    void endsWhatWaitsAndAgainSaysTheSame() {
      String id = submit("");
      Answer first = api.delete("/v1/tasks/" + id);
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.at("/state")).isEqualTo("CANCELLED");
      assertThat(first.at("/reason")).isEqualTo("cancelled");
      assertThat(api.delete("/v1/tasks/" + id).json()).isEqualTo(first.json());
      assertThat(api.post("/v1/tasks/" + id + "/cancel").json()).isEqualTo(first.json());
    }

    @Test
    void tellsAWorkerThatRunsIt() {
      String id = submit("");
      String lease = worker.claimOne();
      Answer answer = api.post("/v1/tasks/" + id + "/cancel", "{}");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/state")).isEqualTo("RUNNING");
      assertThat(answer.at("/cancel_requested")).isEqualTo("true");
      assertThat(worker.say(lease, "heartbeat", "{}").at("/cancel_requested")).isEqualTo("true");
      worker.say(lease, "fail", "{\"error\":{\"message\":\"stopped\"}}");
      assertThat(task(id).at("/state")).isEqualTo("CANCELLED");
    }

    @Test
    void isRefusedWhenItEndedOtherwise() {
      String id = submit("");
      worker.say(worker.claimOne(), "complete", "{}");
      Answer answer = api.delete("/v1/tasks/" + id);
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.at("/type")).endsWith("illegal-move");
    }

    @Test
    void takesNoBodyWithFields() {
      String id = submit("");
      assertThat(api.post("/v1/tasks/" + id + "/cancel", "{\"force\":true}").status())
          .isEqualTo(400);
      assertThat(task(id).at("/state")).isEqualTo("PENDING");
    }
  }

  @Nested
  class Operating {

    @Test
    void aPurgeDeletesWhatHasEnded() {
      String id = submit("");
      assertThat(api.delete("/v1/tasks/" + id + "?purge=true").status()).isEqualTo(409);
      api.delete("/v1/tasks/" + id);
      assertThat(api.delete("/v1/tasks/" + id + "?purge=true").status()).isEqualTo(204);
      assertThat(task(id).status()).isEqualTo(404);
      assertThat(api.delete("/v1/tasks/" + id + "?purge=maybe").status()).isEqualTo(400);
    }

    @Test
    void aRetryStartsAFailedTaskOver() {
      String id = submit("");
      assertThat(api.post("/v1/tasks/" + id + "/retry").status()).isEqualTo(409);
      worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"no\"},\"retryable\":false}");
      Answer answer = api.post("/v1/tasks/" + id + "/retry");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/state")).isEqualTo("PENDING");
      assertThat(answer.at("/generation")).isEqualTo("1");
      assertThat(answer.at("/attempt")).isEqualTo("0");
    }

    @Test
    void aTaskThatWaitsForItsTimeCanRunNow() {
      String id = submit(",\"delay\":\"1h\"");
      Answer answer = api.post("/v1/tasks/" + id + "/run-now");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/state")).isEqualTo("PENDING");
      api.delete("/v1/tasks/" + id);
      assertThat(api.post("/v1/tasks/" + id + "/run-now").status()).isEqualTo(409);
    }
  }
}
