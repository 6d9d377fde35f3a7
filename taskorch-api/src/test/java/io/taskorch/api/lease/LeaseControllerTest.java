package io.taskorch.api.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseControllerTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();
  private final HttpWorker worker = new HttpWorker(api, queue);

  private String submit(String fields) {
    return api.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"" + fields + "}");
  }

  @Nested
  class Claiming {

    @Test
    void givesTasksAndTheRightToRunThem() {
      String first = submit(",\"payload\":{\"n\": 1.10}");
      String second = submit("");
      submit("");
      Answer answer = worker.claim(",\"max\":2,\"lease\":\"5m\"");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().at("/leases")).hasSize(2);
      assertThat(answer.at("/leases/0/task/id")).isEqualTo(first);
      assertThat(answer.at("/leases/1/task/id")).isEqualTo(second);
      assertThat(answer.at("/leases/0/task/state")).isEqualTo("RUNNING");
      assertThat(answer.at("/leases/0/task/attempt")).isEqualTo("1");
      assertThat(answer.at("/leases/0/fence")).isEqualTo("1");
      assertThat(answer.at("/drain")).isEqualTo("false");
      assertThat(Instant.parse(answer.at("/leases/0/expires_at")))
          .isBetween(
              Instant.now().plus(Duration.ofMinutes(4)), Instant.now().plus(Duration.ofMinutes(6)));
    }

    @Test
    void givesNothingAtOnceUnlessItMayWait() {
      Answer answer = worker.claim();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo("{\"leases\":[],\"drain\":false}");
    }

    @Test
    void waitsUntilThereIsSomething() {
      var waiting = CompletableFuture.supplyAsync(() -> worker.claim(",\"wait\":\"30s\""));
      Awaitility.await().until(() -> api.get("/v1/workers").text().contains(worker.id()));
      String id = submit("");
      Answer answer = waiting.orTimeout(10, TimeUnit.SECONDS).join();
      assertThat(answer.at("/leases/0/task/id")).isEqualTo(id);
    }

    @Test
    void waitsNoLongerThanAsked() {
      long start = System.nanoTime();
      assertThat(worker.claim(",\"wait\":\"400ms\"").json().at("/leases")).isEmpty();
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(400), Duration.ofSeconds(10));
    }

    @Test
    void seesATaskThatBecomesDueWhileItWaits() {
      String id = submit(",\"delay\":\"500ms\"");
      assertThat(worker.claim(",\"wait\":\"20s\"").at("/leases/0/task/id")).isEqualTo(id);
    }

    @Test
    void againByItsNameGivesTheSame() {
      submit("");
      submit("");
      String claim = ",\"claim_id\":\"" + UUID.randomUUID() + "\"";
      Answer first = worker.claim(claim);
      assertThat(worker.claim(claim).at("/leases/0/lease_id"))
          .isEqualTo(first.at("/leases/0/lease_id"));
      assertThat(worker.claim().at("/leases/0/task/id"))
          .isNotEqualTo(first.at("/leases/0/task/id"));
    }

    @Test
    void takesOnlyTypesThatTheWorkerNames() {
      api.submit("{\"type\":\"other\",\"queue\":\"" + queue + "\"}");
      assertThat(worker.claim().json().at("/leases")).isEmpty();
    }

    @Test
    void givesNoMoreThanFitsIntoAsManySlotsAsItMayTake() {
      submit(",\"requires\":[\"gpu\"]");
      submit(",\"slots\":6");
      String first = submit(",\"slots\":3");
      String second = submit(",\"slots\":2");
      submit(",\"slots\":2");
      Answer answer = worker.claim(",\"max\":5");
      assertThat(answer.json().at("/leases").findValuesAsText("id")).containsExactly(first, second);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "{}                                          | 400 | /worker_id",
          "{\"worker_id\":\"w\"}                       | 400 | /types",
          "{\"worker_id\":\"w\",\"types\":[]}          | 422 | /types",
          "{\"worker_id\":\"a b\",\"types\":[\"a\"]}   | 422 | /worker_id",
          "{\"worker_id\":7,\"types\":[\"a\"]}         | 400 | /worker_id",
          "{\"worker_id\":\"w\",\"types\":[\"a b\"]}   | 422 | /types/0",
          "{\"worker_id\":\"w\",\"types\":\"a\"}       | 400 | /types",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"queues\":[\"\"]} | 422 | /queues/0",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"max\":0}    | 422 | /max",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"max\":201}  | 422 | /max",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"wait\":\"61s\"} | 422 | /wait",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"wait\":\"-1s\"} | 422 | /wait",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"lease\":\"1ms\"} | 422 | /lease",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"claim_id\":\"x\"} | 422 | /claim_id",
          "{\"worker_id\":\"w\",\"types\":[\"a\"],\"labels\":[]} | 400 | /labels",
        })
    void isRefusedByName(String body, int status, String pointer) {
      Answer answer = api.post("/v1/leases", body);
      assertThat(answer.status()).as(answer.text()).isEqualTo(status);
      assertThat(answer.json().at("/errors").findValuesAsText("pointer")).containsOnlyOnce(pointer);
    }

    @Test
    void namesItsQueueDefaultWhenItNamesNone() {
      String type = "t-" + UUID.randomUUID();
      String id = api.submit("{\"type\":\"" + type + "\"}");
      Answer answer =
          api.post(
              "/v1/leases", "{\"worker_id\":\"" + worker.id() + "\",\"types\":[\"" + type + "\"]}");
      assertThat(answer.at("/leases/0/task/id")).isEqualTo(id);
    }

    @Test
    void goesOverAllPartitions() {
      try (Api four = Api.start(Map.of("redis.partitions", "4"))) {
        HttpWorker own = new HttpWorker(four, queue);
        List<String> ids =
            IntStream.range(0, 40)
                .mapToObj(i -> four.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"}"))
                .toList();
        String claim = ",\"max\":200,\"claim_id\":\"" + UUID.randomUUID() + "\"";
        List<String> claimed = own.claim(claim).json().at("/leases").findValuesAsText("id");
        assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(own.claim(claim).json().at("/leases").findValuesAsText("id"))
            .containsExactlyInAnyOrderElementsOf(ids);
        var waiting = CompletableFuture.supplyAsync(() -> own.claim(",\"wait\":\"30s\""));
        String late = four.submit("{\"type\":\"a\",\"queue\":\"" + queue + "\"}");
        assertThat(waiting.orTimeout(10, TimeUnit.SECONDS).join().at("/leases/0/task/id"))
            .isEqualTo(late);
      }
    }
  }

  @Nested
  class Speaking {

    @Test
    void aHeartbeatProlongsByWhatTheClaimAskedFor() {
      submit("");
      String lease = worker.claim(",\"lease\":\"10m\"").at("/leases/0/lease_id");
      Answer beat = worker.say(lease, "heartbeat", "{}");
      assertThat(beat.status()).isEqualTo(200);
      assertThat(beat.at("/cancel_requested")).isEqualTo("false");
      assertThat(Instant.parse(beat.at("/expires_at")))
          .isAfter(Instant.now().plus(Duration.ofMinutes(9)));
      assertThat(
              Instant.parse(worker.say(lease, "heartbeat", "{\"lease\":\"1m\"}").at("/expires_at")))
          .isBefore(Instant.now().plus(Duration.ofMinutes(2)));
      assertThat(api.post("/v1/leases/" + lease + "/heartbeat").status()).isEqualTo(200);
    }

    @Test
    void progressIsNoted() {
      String id = submit("");
      String lease = worker.claimOne();
      assertThat(worker.say(lease, "progress", "{\"percent\":40,\"message\":\"decoded\"}").status())
          .isEqualTo(204);
      assertThat(api.get("/v1/tasks/" + id).at("/progress"))
          .isEqualTo("{\"percent\":40,\"message\":\"decoded\"}");
    }

    @Test
    void anOverlongLineIsCut() {
      String id = submit("");
      String lease = worker.claimOne();
      String line = "x".repeat(3999) + "😀" + "y".repeat(5000);
      assertThat(worker.say(lease, "logs", "{\"lines\":[{\"line\":\"" + line + "\"}]}").status())
          .isEqualTo(204);
      assertThat(api.get("/v1/tasks/" + id + "/logs").at("/lines/0/line"))
          .isEqualTo("x".repeat(3999));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        value = {
          "heartbeat | {\"lease\":\"1ms\"}             | 422 | /lease",
          "heartbeat | {\"percent\":1}                 | 400 | /percent",
          "progress  | {}                              | 400 | /percent",
          "progress  | {\"percent\":101}               | 422 | /percent",
          "progress  | {\"percent\":\"1\"}             | 400 | /percent",
          "logs      | {}                              | 400 | /lines",
          "logs      | {\"lines\":[{}]}                | 400 | /lines/0/line",
          "logs      | {\"lines\":[{\"line\":\"x\",\"stream\":\"s\"}]} | 422 | /lines/0/stream",
          "logs      | {\"lines\":[{\"line\":\"x\",\"time\":\"now\"}]} | 400 | /lines/0/time",
          "complete  | {\"output\":1}                  | 400 | /output",
          "fail      | {}                              | 400 | /error",
          "fail      | {\"error\":{}}                  | 400 | /error/message",
          "fail      | {\"error\":{\"message\":\"x\",\"kind\":\"x\"}} | 400 | /error/kind",
          "fail      | {\"error\":{\"message\":\"x\"},\"retryable\":1} | 400 | /retryable",
          "release   | {\"delay\":\"-1s\"}             | 422 | /delay",
        })
    void isRefusedByName(String verb, String body, int status, String pointer) {
      String id = submit("");
      Answer answer = worker.say(worker.claimOne(), verb, body);
      assertThat(answer.status()).as(answer.text()).isEqualTo(status);
      assertThat(answer.json().at("/errors").findValuesAsText("pointer")).containsOnlyOnce(pointer);
      assertThat(api.get("/v1/tasks/" + id).at("/state")).isEqualTo("RUNNING");
    }

    @Test
    void aResultOverItsLimitIsTooLarge() {
      submit("");
      String result = "\"" + "x".repeat(960 * 1024) + "\"";
      Answer answer = worker.say(worker.claimOne(), "complete", "{\"result\":" + result + "}");
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.at("/errors/0/pointer")).isEqualTo("/result");
    }
  }

  @Nested
  class Ending {

    @Test
    void completesWithTheResultByteForByte() {
      String id = submit("");
      String result = "{\"a\": 9007199254740993,  \"b\":[],\"c\":1.10}";
      Answer answer = worker.say(worker.claimOne(), "complete", "{\"result\":" + result + "}");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/state")).isEqualTo("SUCCEEDED");
      assertThat(answer.text()).contains("\"result\":" + result);
      assertThat(api.get("/v1/tasks/" + id + "/result").text())
          .isEqualTo("{\"state\":\"SUCCEEDED\",\"result\":" + result + "}");
    }

    @Test
    void aFailureIsTriedAgainByTheTasksPolicy() {
      submit(",\"retry_policy\":{\"max_attempts\":2,\"delay\":\"1ms\",\"jitter\":0}");
      Answer first = worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"x\"}}");
      assertThat(first.at("/state")).isEqualTo("RETRYING");
      String lease = worker.claim(",\"wait\":\"10s\"").at("/leases/0/lease_id");
      Answer second = worker.say(lease, "fail", "{\"error\":{\"message\":\"x\"}}");
      assertThat(second.at("/state")).isEqualTo("FAILED");
      assertThat(second.at("/reason")).isEqualTo("attempts-spent");
    }

    @Test
    void aFailureWithoutAPolicyGoesByTheDefaults() {
      submit("");
      Answer answer = worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"x\"}}");
      assertThat(answer.at("/state")).isEqualTo("RETRYING");
      assertThat(answer.at("/max_attempts")).isEqualTo("3");
    }

    @Test
    void aReleaseGivesTheTaskBackUnspent() {
      submit("");
      Answer answer = worker.say(worker.claimOne(), "release", "{}");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/state")).isEqualTo("PENDING");
      assertThat(answer.at("/attempt")).isEqualTo("0");
      Answer later = worker.say(worker.claimOne(), "release", "{\"delay\":\"1h\"}");
      assertThat(later.at("/state")).isEqualTo("SCHEDULED");
    }

    @Test
    void aRepeatedOutcomeIsAnsweredAlike() {
      submit("");
      String lease = worker.claimOne();
      Answer first = worker.say(lease, "complete", "{\"result\":1}");
      Answer again = worker.say(lease, "complete", "{\"result\":1}");
      assertThat(again.status()).isEqualTo(200);
      assertThat(again.json()).isEqualTo(first.json());
    }

    @Test
    void aLeaseThatIsNoLongerHeldWritesNothing() {
      String id = submit("");
      String lease = worker.claimOne();
      worker.say(lease, "release", "{}");
      worker.claimOne();
      for (String[] word :
          new String[][] {
            {"heartbeat", "{}"},
            {"progress", "{\"percent\":1}"},
            {"logs", "{\"lines\":[{\"line\":\"x\"}]}"},
            {"complete", "{}"},
            {"fail", "{\"error\":{\"message\":\"x\"}}"},
          }) {
        Answer answer = worker.say(lease, word[0], word[1]);
        assertThat(answer.status()).as(word[0]).isEqualTo(409);
        assertThat(answer.at("/type")).endsWith(":lease-lost");
      }
      Answer task = api.get("/v1/tasks/" + id);
      assertThat(task.at("/state")).isEqualTo("RUNNING");
      assertThat(task.json().has("progress")).isFalse();
      assertThat(api.get("/v1/tasks/" + id + "/logs").json().at("/lines")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "x",
          "01ARZ3NDEKTSV4RRFFQ69G5F00.0.AAAAAAAAAAAAAAAAAAAAAA",
          "01ARZ3NDEKTSV4RRFFQ69G5F00.0.short.30000.w",
          "01ARZ3NDEKTSV4RRFFQ69G5FZZ.0.AAAAAAAAAAAAAAAAAAAAAA.30000.w",
          "01ARZ3NDEKTSV4RRFFQ69G5F00.0.AAAAAAAAAAAAAAAAAAAAAA.30000.a%20b",
        })
    void anIllFormedLeaseIsNotFound(String lease) {
      assertThat(worker.say(lease, "complete", "{}").status()).isEqualTo(404);
      assertThat(worker.say(lease, "heartbeat", "{}").status()).isEqualTo(404);
    }

    @Test
    void aLeaseOfNoTaskIsLost() {
      String lease = "01ARZ3NDEKTSV4RRFFQ69G5F00.0.AAAAAAAAAAAAAAAAAAAAAA.30000.w";
      assertThat(worker.say(lease, "complete", "{}").status()).isEqualTo(409);
      assertThat(worker.say(lease, "fail", "{\"error\":{\"message\":\"x\"}}").status())
          .isEqualTo(409);
    }
  }

  @Nested
  class Registering {

    @Test
    void aWorkerThatCallsIsOnTheList() {
      worker.claim(",\"max\":7");
      var workers = api.get("/v1/workers").json().at("/workers");
      var own =
          IntStream.range(0, workers.size())
              .mapToObj(workers::get)
              .filter(w -> w.get("id").asText().equals(worker.id()))
              .findAny()
              .orElseThrow();
      assertThat(own.get("state").asText()).isEqualTo("active");
      assertThat(own.at("/slots/total").asInt()).isEqualTo(7);
      assertThat(own.get("queues").get(0).asText()).isEqualTo(queue);
      assertThat(own.get("types")).hasSize(3);
      assertThat(own.get("labels")).isEmpty();
      assertThat(own.get("host").asText()).isEqualTo("127.0.0.1");
      assertThat(Instant.parse(own.get("last_heartbeat").asText()))
          .isAfter(Instant.now().minusSeconds(60));
    }

    @Test
    void aDrainedWorkerIsToldAndGivenNothing() {
      worker.claim();
      submit("");
      assertThat(api.post("/v1/workers/" + worker.id() + "/drain").status()).isEqualTo(202);
      Awaitility.await()
          .untilAsserted(() -> assertThat(worker.claim().at("/drain")).isEqualTo("true"));
    }

    @Test
    void anUnknownWorkerCannotBeDrained() {
      assertThat(api.post("/v1/workers/nobody/drain").status()).isEqualTo(404);
      assertThat(api.post("/v1/workers/a%20b/drain").status()).isEqualTo(404);
    }
  }
}
