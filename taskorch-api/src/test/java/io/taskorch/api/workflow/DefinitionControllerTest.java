package io.taskorch.api.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionControllerTest {

  private static final String ROOT = "/v1/workflow-definitions/";

  private final Api api = Api.shared();
  private final String name = "d-" + UUID.randomUUID();
  private final String queue = "q-" + UUID.randomUUID();

  private Answer put(String body) {
    return put(name, body);
  }

  private Answer put(String at, String body) {
    return api.put(ROOT + at, body);
  }

  private Answer run(String body, String... headers) {
    return api.post(ROOT + name + "/runs", body, headers);
  }

  private String steps(String payload) {
    return """
    "steps":[{"name":"a","task_type":"a","queue":"%s","payload":%s},
             {"name":"b","task_type":"u","dependencies":["a"],"timeout":"90s",
              "retry_policy":{"max_attempts":2,"delay":"5s"},"tags":["x"],"retention":"1h"}]
    """
        .formatted(queue, payload);
  }

  @Test
  void aDefinitionIsStoredAsAVersionAndReadBackAsItWas() {
    Answer stored = put("{" + steps("{\"x\": 1.10}") + ",\"input_schema\":{\"type\": \"object\"}}");
    assertThat(stored.status()).isEqualTo(201);
    assertThat(stored.header("Location")).isEqualTo(ROOT + name + "?version=1");
    Answer read = api.get(ROOT + name);
    assertThat(read.text()).isEqualTo(stored.text());
    assertThat(read.text())
        .contains("\"payload\":{\"x\": 1.10}", "\"input_schema\":{\"type\": \"object\"}");
    assertThat(read.at("/name")).isEqualTo(name);
    assertThat(read.at("/version")).isEqualTo("1");
    assertThat(read.at("/created_at")).endsWith("Z");
    assertThat(read.at("/steps/0/task_type")).isEqualTo("a");
    assertThat(read.at("/steps/1/dependencies")).isEqualTo("[\"a\"]");
    assertThat(read.at("/steps/1/timeout")).isEqualTo("90s");
    assertThat(read.at("/steps/1/retry_policy/delay")).isEqualTo("5s");
  }

  @Test
  void whatIsReadCanBePutAgainAndIsTheSame() {
    put("{" + steps("1") + "}");
    ObjectNode body = (ObjectNode) api.get(ROOT + name).json();
    body.remove(List.of("version", "created_at"));
    Answer again = put(body.toString());
    assertThat(again.status()).as(again.text()).isEqualTo(200);
    assertThat(again.at("/version")).isEqualTo("1");
  }

  @Test
  void onlyAChangeIsANewVersion() {
    put("{" + steps("{\"x\":1,\"y\":2}") + "}");
    assertThat(put("{ " + steps("{\"y\": 2, \"x\": 1}") + " }").status()).isEqualTo(200);
    Answer changed = put("{\"name\":\"" + name + "\"," + steps("2") + "}");
    assertThat(changed.status()).isEqualTo(201);
    assertThat(changed.at("/version")).isEqualTo("2");
    assertThat(api.get(ROOT + name).at("/version")).isEqualTo("2");
    assertThat(api.get(ROOT + name + "?version=1").at("/steps/0/payload/x")).isEqualTo("1");
    assertThat(api.get(ROOT + name + "?version=3").status()).isEqualTo(404);
    assertThat(api.get(ROOT + name + "?version=0").status()).isEqualTo(400);
  }

  @Test
  void versionsAreListedInPages() {
    for (int i = 1; i <= 5; i++) {
      put("{" + steps("" + i) + "}");
    }
    Answer first = api.get(ROOT + name + "/versions?limit=3");
    assertThat(first.json().at("/versions").findValuesAsText("version"))
        .containsExactly("5", "4", "3");
    Answer second = api.get(ROOT + name + "/versions?limit=3&cursor=" + first.at("/next_cursor"));
    assertThat(second.json().at("/versions").findValuesAsText("version")).containsExactly("2", "1");
    assertThat(second.json().at("/next_cursor").isNull()).isTrue();
    assertThat(api.get(ROOT + "no-such/versions").status()).isEqualTo(404);
    assertThat(api.get(ROOT + name + "/versions?cursor=x").status()).isEqualTo(400);
  }

  @Test
  void definitionsAreListedByName() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      names.add(name + "-" + i);
      put(name + "-" + i, "{" + steps("1") + "}");
    }
    List<String> seen = new ArrayList<>();
    String cursor = "";
    do {
      Answer page = api.get(ROOT.substring(0, ROOT.length() - 1) + "?limit=2" + cursor);
      seen.addAll(page.json().at("/definitions").findValuesAsText("name"));
      cursor =
          page.json().at("/next_cursor").isNull() ? null : "&cursor=" + page.at("/next_cursor");
    } while (cursor != null);
    assertThat(seen).isSorted().containsAll(names).doesNotHaveDuplicates();
  }

  @Test
  void twoVersionsAreCompared() {
    put("{" + steps("1") + "}");
    put(
        """
        {"steps":[{"name":"b","task_type":"v","timeout":"90s",
                   "retry_policy":{"max_attempts":2,"delay":"5s"},"tags":["x"],"retention":"1h"},
                  {"name":"c","task_type":"u","dependencies":["b"]}],
         "input_schema":true}
        """);
    for (String query : List.of("?from=1&to=2", "?from=1", "")) {
      Answer diff = api.get(ROOT + name + "/diff" + query);
      assertThat(diff.status()).isEqualTo(200);
      assertThat(diff.text())
          .isEqualTo(
              "{\"name\":\""
                  + name
                  + "\",\"from\":1,\"to\":2,\"steps\":{\"added\":[\"c\"],\"removed\":[\"a\"],"
                  + "\"changed\":[{\"name\":\"b\",\"fields\":[\"task_type\"]}]},"
                  + "\"edges\":{\"added\":[{\"from\":\"b\",\"to\":\"c\"}],"
                  + "\"removed\":[{\"from\":\"a\",\"to\":\"b\"}]},\"input_schema_changed\":true}");
    }
    assertThat(api.get(ROOT + name + "/diff?from=1&to=3").status()).isEqualTo(404);
    assertThat(api.get(ROOT + name + "/diff?from=one").status()).isEqualTo(400);
  }

  @Test
  void aRunKeepsTheVersionItBeganWith() {
    put("{" + steps("{\"from\":\"${input.url}\"}") + "}");
    Answer first = run("{\"input\":{\"url\":\"u\"}}");
    assertThat(first.status()).isEqualTo(201);
    assertThat(first.header("Location")).isEqualTo("/v1/workflows/" + first.at("/id"));
    assertThat(first.at("/name")).isEqualTo(name);
    assertThat(first.at("/version")).isEqualTo("1");
    put("{" + steps("2") + "}");
    assertThat(api.get("/v1/workflows/" + first.at("/id")).at("/version")).isEqualTo("1");
    assertThat(run("{}").at("/version")).isEqualTo("2");
    assertThat(run("").at("/version")).isEqualTo("2");
    assertThat(run("{\"version\":1}").at("/version")).isEqualTo("1");
    assertThat(
            api.get("/v1/workflows?state=RUNNING&name=" + name)
                .json()
                .at("/workflows")
                .findValuesAsText("version"))
        .containsExactly("1", "2", "2", "1");
    assertThat(new HttpWorker(api, queue).claim().text()).contains("\"payload\":{\"from\":\"u\"}");
  }

  @Test
  void aRunIsStartedOncePerIdempotencyKey() {
    put("{" + steps("1") + "}");
    String key = UUID.randomUUID().toString();
    Answer first = run("{\"input\":1}", "Idempotency-Key", key);
    put("{" + steps("2") + "}");
    Answer again = run("{\"input\":1}", "Idempotency-Key", key);
    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("/id")).isEqualTo(first.at("/id"));
    assertThat(run("{\"input\":1,\"idempotency_key\":\"" + key + "\"}").status()).isEqualTo(200);
    assertThat(run("{\"input\":2}", "Idempotency-Key", key).status()).isEqualTo(409);
  }

  @Test
  void anInputThatDoesNotFitIsRefusedByItsPlaces() {
    put(
        "{"
            + steps("1")
            + ",\"input_schema\":{\"required\":[\"url\"],\"properties\":"
            + "{\"sizes\":{\"items\":{\"type\":\"integer\"}}}}}");
    Answer refused = run("{\"input\":{\"sizes\":[1,\"x\"]}}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.json().at("/errors").findValuesAsText("pointer"))
        .containsExactlyInAnyOrder("/input", "/input/sizes/1");
    assertThat(run("{\"input\":{\"url\":1,\"sizes\":[1]}}").status()).isEqualTo(201);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{}; 400; /steps",
        "{\"steps\":[]}; 422; /steps",
        "{\"steps\":[{\"name\":\"a\"}]}; 400; /steps/0/task_type",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"colour\":1}]}; 400; /steps/0/colour",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"dependencies\":[\"a\"]}]}; 422;"
            + " /steps/0/dependencies/0",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"payload\":\"${steps.b.result}\"}]}; 422;"
            + " /steps/0/payload",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"}],\"input\":1}; 400; /input",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"}],\"name\":\"other\"}; 422; /name",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"}],\"input_schema\":1}; 422; /input_schema",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"}],\"input_schema\":{\"type\":\"x\"}}; 422;"
            + " /input_schema/type",
        "{\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"}],"
            + "\"input_schema\":{\"$ref\":\"http://127.0.0.1:1/x\"}}; 422; /input_schema/$ref",
      })
  void whatCannotBeIsRefusedByItsPlaceAndNothingIsStored(String body, int status, String pointer) {
    Answer refused = put(body);
    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.json().at("/errors").findValuesAsText("pointer")).contains(pointer);
    assertThat(api.get(ROOT + name).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"_a", "a%20b", "a%2Fb", "a@1", "%7Ba%7D"})
  void aNameThatCannotBeIsRefused(String wrong) {
    Answer refused = put(wrong, "{" + steps("1") + "}");
    assertThat(refused.status()).isIn(404, 422);
    assertThat(api.get(ROOT + wrong).status()).isEqualTo(404);
    assertThat(api.post(ROOT + wrong + "/runs", "{}").status()).isEqualTo(404);
  }

  @Test
  void nothingRunsThatIsNotDefined() {
    assertThat(run("{}").status()).isEqualTo(404);
    put("{" + steps("1") + "}");
    assertThat(run("{\"version\":2}").status()).isEqualTo(404);
    assertThat(run("{\"version\":0}").status()).isEqualTo(422);
    assertThat(run("{\"version\":\"1\"}").status()).isEqualTo(400);
    assertThat(run("{\"steps\":[]}").status()).isEqualTo(400);
  }
}
