package io.taskorch.api.limit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitControllerTest {

  private final Api api = Api.shared();
  private final String name = "l-" + UUID.randomUUID();

  @Nested
  class OfAKey {

    private final String path = "/v1/limits/" + name;

    @Test
    void areSetAndReadBack() {
      Answer set =
          api.put(
              path,
              """
              {"rate":{"limit":100,"per":"PT60S","burst":20},"concurrency":10,
               "on_limit":"cancel_oldest"}
              """);
      assertThat(set.status()).isEqualTo(200);
      assertThat(set.text())
          .isEqualTo(
              "{\"key\":\""
                  + name
                  + "\",\"rate\":{\"limit\":100,\"per\":\"1m\",\"burst\":20},\"concurrency\":10,"
                  + "\"on_limit\":\"cancel_oldest\",\"running\":0,\"tokens\":20}");
      assertThat(api.get(path).text()).isEqualTo(set.text());
    }

    @Test
    void areReplacedAsAWhole() {
      api.put(path, "{\"rate\":{\"limit\":5,\"per\":\"1s\"},\"concurrency\":10}");
      assertThat(api.get(path).at("/rate/burst")).isEqualTo("5");
      Answer changed = api.put(path, "{\"concurrency\":3}");
      assertThat(changed.at("/rate")).isNull();
      assertThat(changed.at("/tokens")).isNull();
      assertThat(changed.at("/concurrency")).isEqualTo("3");
      assertThat(changed.at("/on_limit")).isEqualTo("wait");
      assertThat(api.put(path, "{\"concurrency\":3}").text()).isEqualTo(changed.text());
    }

    @Test
    void areListedAndTakenAway() {
      api.put(path, "{\"concurrency\":3}");
      api.put(path + "-b", "{\"concurrency\":4}");
      JsonNode all = api.get("/v1/limits?limit=500").json();
      assertThat(all.at("/limits").findValuesAsText("key")).contains(name, name + "-b").isSorted();
      JsonNode first = api.get("/v1/limits?limit=1").json();
      assertThat(first.at("/limits")).hasSize(1);
      assertThat(first.at("/next_cursor").asText()).isNotEmpty();
      assertThat(api.delete(path).status()).isEqualTo(204);
      assertThat(api.delete(path).status()).isEqualTo(404);
      assertThat(api.get(path).status()).isEqualTo(404);
      assertThat(api.get("/v1/limits?cursor=%7B").status()).isEqualTo(400);
      assertThat(api.get("/v1/limits?limit=0").status()).isEqualTo(400);
      assertThat(api.get("/v1/limits?colour=red").status()).isEqualTo(400);
    }

    @Test
    void haveANameForAKey() {
      Answer refused = api.put("/v1/limits/a%20b", "{\"concurrency\":3}");
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.at("/errors/0/pointer")).isEqualTo("/key");
      assertThat(api.get("/v1/limits/a%20b").status()).isEqualTo(404);
      assertThat(api.delete("/v1/limits/a%20b").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {}                                                    | 422 | ''          | required
            {"on_limit":"drop_new"}                               | 422 | ''          | required
            {"rate":{"limit":0,"per":"1s"}}                       | 422 | /rate/limit | out-of-range
            {"rate":{"limit":-5,"per":"1s"}}                      | 422 | /rate/limit | out-of-range
            {"rate":{"limit":1000001,"per":"1s"}}                 | 422 | /rate/limit | out-of-range
            {"rate":{"limit":99999999999999999999,"per":"1s"}}    | 422 | /rate/limit | out-of-range
            {"rate":{"limit":1001,"per":"1ms"}}                   | 422 | /rate/limit | out-of-range
            {"rate":{"limit":1.5,"per":"1s"}}                     | 400 | /rate/limit | wrong-type
            {"rate":{"limit":"5","per":"1s"}}                     | 400 | /rate/limit | wrong-type
            {"rate":{"per":"1s"}}                                 | 400 | /rate/limit | required
            {"rate":{"limit":5}}                                  | 400 | /rate/per   | required
            {"rate":{"limit":5,"per":"0s"}}                       | 422 | /rate/per   | out-of-range
            {"rate":{"limit":5,"per":"730d"}}                     | 422 | /rate/per   | out-of-range
            {"rate":{"limit":5,"per":"-1s"}}                      | 422 | /rate/per   | out-of-range
            {"rate":{"limit":5,"per":"often"}}                    | 400 | /rate/per   | malformed-duration
            {"rate":{"limit":5,"per":60}}                         | 400 | /rate/per   | wrong-type
            {"rate":{"limit":5,"per":"1s","burst":0}}             | 422 | /rate/burst | out-of-range
            {"rate":{"limit":5,"per":"1s","colour":1}}            | 400 | /rate/colour | unknown-field
            {"rate":5}                                            | 400 | /rate       | wrong-type
            {"concurrency":0}                                     | 422 | /concurrency | out-of-range
            {"concurrency":1000001}                               | 422 | /concurrency | out-of-range
            {"concurrency":true}                                  | 400 | /concurrency | wrong-type
            {"rate":{"limit":5,"per":"1s"},"on_limit":"cancel_oldest"} | 422 | /on_limit | conflict
            {"concurrency":5,"on_limit":"cry"}                    | 422 | /on_limit   | unknown-value
            {"concurrency":5,"per_group":{}}                      | 400 | /per_group  | unknown-field
            {"concurrency":5,"concurrency":6}                     | 400 | /concurrency | duplicate-field
            []                                                    | 400 | ''          | wrong-type
            {                                                     | 400 | ''          | malformed-json
            """)
    void refuseWhatCannotBe(String body, int status, String pointer, String code) {
      refuses(path, body, status, pointer, code);
    }
  }

  private void refuses(String path, String body, int status, String pointer, String code) {
    Answer answer = api.put(path, body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.json().at("/errors")).hasSize(1);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(answer.at("/errors/0/code")).isEqualTo(code);
    assertThat(api.get(path).status()).isEqualTo(404);
  }

  @Nested
  class OfAQueue {

    private final String path = "/v1/queues/" + name + "/limits";

    @Test
    void areSetReadBackAndTakenAway() {
      Answer set =
          api.put(
              path,
              """
              {"rate":{"limit":100,"per":"1m","burst":20},"concurrency":10,"on_limit":"wait",
               "per_group":{"rate":{"limit":5,"per":"1s"},"concurrency":2,"max_waiting":1000,
                            "weights":{"b":2,"a":100}}}
              """);
      assertThat(set.status()).isEqualTo(200);
      assertThat(set.text())
          .isEqualTo(
              "{\"queue\":\""
                  + name
                  + "\",\"rate\":{\"limit\":100,\"per\":\"1m\",\"burst\":20},\"concurrency\":10,"
                  + "\"on_limit\":\"wait\",\"per_group\":{\"rate\":{\"limit\":5,\"per\":\"1s\","
                  + "\"burst\":5},\"concurrency\":2,\"max_waiting\":1000,"
                  + "\"weights\":{\"a\":100,\"b\":2}},\"running\":0,\"tokens\":20}");
      assertThat(api.get(path).text()).isEqualTo(set.text());
      assertThat(api.get("/v1/queues/" + name).at("/paused")).isEqualTo("false");
      assertThat(api.delete(path).status()).isEqualTo(204);
      assertThat(api.delete(path).status()).isEqualTo(404);
      assertThat(api.get(path).status()).isEqualTo(404);
      assertThat(api.get("/v1/queues/" + name).status()).isEqualTo(200);
    }

    @Test
    void mayBeThoseOfGroupsAlone() {
      assertThat(api.put(path, "{\"per_group\":{\"weights\":{\"a\":3}}}").text())
          .isEqualTo(
              "{\"queue\":\"" + name + "\",\"per_group\":{\"weights\":{\"a\":3}},\"running\":0}");
    }

    @Test
    void areToldWithWhatRuns() {
      api.submit("{\"type\":\"a\",\"queue\":\"" + name + "\"}");
      api.put(path, "{\"concurrency\":10}");
      new HttpWorker(api, name).claim();
      assertThat(api.get(path).at("/running")).isEqualTo("1");
    }

    @Test
    void haveANameForAQueue() {
      Answer refused = api.put("/v1/queues/a%20b/limits", "{\"concurrency\":3}");
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.at("/errors/0/pointer")).isEqualTo("/queue");
      assertThat(api.get("/v1/queues/a%20b/limits").status()).isEqualTo(404);
      assertThat(api.delete("/v1/queues/a%20b/limits").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {}                                                       | 422 | ''                     | required
            {"on_limit":"wait","per_group":{"concurrency":1}}        | 422 | /on_limit              | conflict
            {"rate":{"limit":0,"per":"1s"}}                          | 422 | /rate/limit            | out-of-range
            {"concurrency":0,"per_group":{"concurrency":1}}          | 422 | /concurrency           | out-of-range
            {"rate":{"limit":5,"per":"1s"},"on_limit":"cancel_oldest"} | 422 | /on_limit            | conflict
            {"per_group":{}}                                         | 422 | /per_group             | required
            {"per_group":{"weights":{}}}                             | 422 | /per_group             | required
            {"per_group":{"concurrency":0}}                          | 422 | /per_group/concurrency | out-of-range
            {"per_group":{"max_waiting":0}}                          | 422 | /per_group/max_waiting | out-of-range
            {"per_group":{"max_waiting":10000001}}                   | 422 | /per_group/max_waiting | out-of-range
            {"per_group":{"rate":{"limit":5,"per":"0s"}}}            | 422 | /per_group/rate/per    | out-of-range
            {"per_group":{"weights":{"a":0}}}                        | 422 | /per_group/weights/a   | out-of-range
            {"per_group":{"weights":{"a":101}}}                      | 422 | /per_group/weights/a   | out-of-range
            {"per_group":{"weights":{"a":"x"}}}                      | 400 | /per_group/weights/a   | wrong-type
            {"per_group":{"weights":{"a":1.5}}}                      | 400 | /per_group/weights/a   | wrong-type
            {"per_group":{"weights":{"a b":1}}}                      | 422 | /per_group/weights     | invalid-name
            {"per_group":{"weights":{"a":1,"a":2}}}                  | 400 | /per_group/weights/a   | duplicate-field
            {"per_group":{"weights":[1]}}                            | 400 | /per_group/weights     | wrong-type
            {"per_group":{"concurrency":1,"on_limit":"wait"}}        | 400 | /per_group/on_limit    | unknown-field
            {"per_group":5}                                          | 400 | /per_group             | wrong-type
            {"concurrency":1,"colour":"red"}                         | 400 | /colour                | unknown-field
            """)
    void refuseWhatCannotBe(String body, int status, String pointer, String code) {
      refuses(path, body, status, pointer, code);
    }

    @Test
    void areRefusedWhileTasksLieElsewhere() {
      try (Api sharded = Api.start(Map.of("redis.partitions", "4"))) {
        for (int i = 0; i < 20; i++) {
          sharded.submit("{\"type\":\"a\",\"queue\":\"" + name + "\"}");
        }
        Answer refused = sharded.put(path, "{\"concurrency\":3}");
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.at("/type")).isEqualTo("urn:taskorch:problem:queue-in-use");
        assertThat(refused.at("/detail")).contains("tasks outside the partition");
        assertThat(sharded.get(path).status()).isEqualTo(404);
        sharded.delete("/v1/queues/" + name + "/tasks");
        assertThat(sharded.put(path, "{\"concurrency\":3}").status()).isEqualTo(200);
      }
    }
  }

  @Nested
  class OfAGroup {

    private final String path = "/v1/queues/" + name + "/groups/tenant-7";

    @Test
    void arePausedAndResumed() {
      Answer paused = api.post(path + "/pause");
      assertThat(paused.status()).isEqualTo(200);
      assertThat(paused.text())
          .isEqualTo(
              "{\"queue\":\""
                  + name
                  + "\",\"group\":\"tenant-7\",\"paused\":true,\"weight\":1,\"running\":0}");
      assertThat(api.post(path + "/pause").text()).isEqualTo(paused.text());
      assertThat(api.get(path).text()).isEqualTo(paused.text());
      assertThat(api.post(path + "/resume").at("/paused")).isEqualTo("false");
      assertThat(api.post(path + "/resume").at("/paused")).isEqualTo("false");
    }

    @Test
    void areToldWithWeightAndTokens() {
      api.put(
          "/v1/queues/" + name + "/limits",
          "{\"per_group\":{\"rate\":{\"limit\":5,\"per\":\"1s\"},\"weights\":{\"tenant-7\":9}}}");
      assertThat(api.get(path).at("/weight")).isEqualTo("9");
      assertThat(api.get(path).at("/tokens")).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/v1/queues/a%20b/groups/c",
          "/v1/queues/a/groups/b%20c",
          "/v1/queues/a/groups/b%3Ac"
        })
    void areNotFoundByWhatIsNoName(String wrong) {
      assertThat(api.get(wrong).status()).isEqualTo(404);
      assertThat(api.post(wrong + "/pause").status()).isEqualTo(404);
      assertThat(api.post(wrong + "/resume").status()).isEqualTo(404);
    }

    @Test
    void takeNoFields() {
      assertThat(api.post(path + "/pause", "{\"for\":\"1h\"}").status()).isEqualTo(400);
      assertThat(api.get(path).at("/paused")).isEqualTo("false");
    }
  }
}
