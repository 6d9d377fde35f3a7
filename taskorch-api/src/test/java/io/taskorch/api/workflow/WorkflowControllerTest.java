package io.taskorch.api.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkflowControllerTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();
  private final HttpWorker worker = new HttpWorker(api, queue);

  private String chain(String input) {
    return """
    {"name":"pipeline","input":%2$s,"steps":[
      {"name":"first","task_type":"a","queue":"%1$s","payload":{"from":"${input.url}"}},
      {"name":"second","task_type":"b","queue":"%1$s","dependencies":["first"],
       "payload":{"got":"${steps.first.result}","n":"${steps.first.result.n}"}},
      {"name":"third","task_type":"c","queue":"%1$s","dependencies":["second"]}]}
    """
        .formatted(queue, input);
  }

  private Answer run(String id) {
    return api.get("/v1/workflows/" + id);
  }

  private static String state(Answer run, String step) {
    for (JsonNode one : run.json().at("/steps")) {
      if (one.get("name").asText().equals(step)) {
        return one.get("state").asText();
      }
    }
    return null;
  }

  @Test
  void runsFromTheFirstStepToTheLast() {
    Answer started = api.post("/v1/workflows", chain("{\"url\": \"u\", \"x\": 1.10}"));
    assertThat(started.status()).isEqualTo(201);
    String id = started.at("/id");
    assertThat(started.header("Location")).isEqualTo("/v1/workflows/" + id);
    assertThat(started.at("/name")).isEqualTo("pipeline");
    assertThat(started.at("/state")).isEqualTo("RUNNING");
    assertThat(started.text()).contains("\"input\":{\"url\": \"u\", \"x\": 1.10}");
    assertThat(started.json().at("/steps").findValuesAsText("name"))
        .containsExactly("first", "second", "third");
    assertThat(state(started, "second")).isEqualTo("BLOCKED");

    String blocked = started.at("/steps/1/id");
    assertThat(api.get("/v1/tasks/" + blocked).at("/waiting_for")).isEqualTo("[\"first\"]");
    assertThat(api.get("/v1/tasks/" + blocked).at("/workflow_id")).isEqualTo(id);
    assertThat(api.get("/v1/tasks/" + blocked).at("/step")).isEqualTo("second");
    assertThat(
            api.get("/v1/tasks?state=BLOCKED&workflow_id=" + id)
                .json()
                .at("/tasks")
                .findValuesAsText("step"))
        .containsExactlyInAnyOrder("second", "third");

    Answer first = worker.claim();
    assertThat(first.text()).contains("\"payload\":{\"from\":\"u\"}");
    worker.say(first.at("/leases/0/lease_id"), "complete", "{\"result\":{\"n\": 1.10}}");
    Answer second = worker.claim();
    assertThat(second.text()).contains("\"payload\":{\"got\":{\"n\": 1.10},\"n\":1.10}");
    worker.say(second.at("/leases/0/lease_id"), "complete", "{}");
    worker.say(worker.claimOne(), "complete", "{}");
    Answer ended = run(id);
    assertThat(ended.at("/state")).isEqualTo("SUCCEEDED");
    assertThat(ended.at("/finished_at")).isNotNull();
    assertThat(ended.at("/steps/0/attempt")).isEqualTo("1");
    assertThat(ended.at("/steps/0/started_at")).isNotNull();
  }

  @Test
  void aFailedStepFailsTheRunAndARetryGoesOnFromThere() {
    String id = api.post("/v1/workflows", chain("{\"url\":1}")).at("/id");
    worker.say(worker.claimOne(), "complete", "{\"result\":{\"n\":1}}");
    worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"no\"},\"retryable\":false}");
    Answer failed = run(id);
    assertThat(failed.at("/state")).isEqualTo("FAILED");
    assertThat(state(failed, "first")).isEqualTo("SUCCEEDED");
    assertThat(state(failed, "second")).isEqualTo("FAILED");
    assertThat(state(failed, "third")).isEqualTo("CANCELLED");
    assertThat(failed.at("/steps/2/reason")).isEqualTo("upstream-failed");

    Answer again = api.post("/v1/workflows/" + id + "/retry");
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("/state")).isEqualTo("RUNNING");
    assertThat(state(again, "first")).isEqualTo("SUCCEEDED");
    worker.say(worker.claimOne(), "complete", "{}");
    worker.say(worker.claimOne(), "complete", "{}");
    assertThat(run(id).at("/state")).isEqualTo("SUCCEEDED");
    assertThat(api.post("/v1/workflows/" + id + "/retry").status()).isEqualTo(409);
    assertThat(api.delete("/v1/workflows/" + id).status()).isEqualTo(409);
  }

  @Test
  void aReferenceWithoutAValueFailsItsStep() {
    String id = api.post("/v1/workflows", chain("{}")).at("/id");
    assertThat(worker.claim().json().at("/leases")).isEmpty();
    Answer run = run(id);
    assertThat(run.at("/state")).isEqualTo("FAILED");
    assertThat(api.get("/v1/tasks/" + run.at("/steps/0/id")).at("/attempts/0/error/kind"))
        .isEqualTo("unresolved-reference");
  }

  @Test
  void isDrawnAsItStands() {
    String id = api.post("/v1/workflows", chain("{\"url\":1}")).at("/id");
    worker.say(worker.claimOne(), "complete", "{\"result\":{\"n\":1}}");
    Answer graph = api.get("/v1/workflows/" + id + "/graph");
    assertThat(graph.status()).isEqualTo(200);
    assertThat(graph.header("Content-Type")).startsWith("application/json");
    assertThat(graph.at("/nodes/0/state")).isEqualTo("SUCCEEDED");
    assertThat(graph.at("/nodes/0/duration")).matches("\\d+(ms|s)");
    assertThat(graph.at("/nodes/1/state")).isEqualTo("PENDING");
    assertThat(graph.at("/edges")).startsWith("[{\"from\":\"first\",\"to\":\"second\"");
    assertThat(graph.at("/critical_path")).isEqualTo("[\"first\"]");

    Answer mermaid = api.get("/v1/workflows/" + id + "/graph?format=mermaid");
    assertThat(mermaid.header("Content-Type")).isEqualTo("text/plain;charset=utf-8");
    assertThat(mermaid.text()).contains("flowchart LR", "n0[\"first<br/>SUCCEEDED");
    Answer dot = api.get("/v1/workflows/" + id + "/graph?format=dot");
    assertThat(dot.header("Content-Type")).isEqualTo("text/vnd.graphviz;charset=utf-8");
    assertThat(dot.text()).startsWith("digraph run {").contains("n0 -> n1");

    assertThat(api.get("/v1/workflows/" + id + "/graph?format=png").status()).isEqualTo(400);
    assertThat(api.get("/v1/workflows/01ARZ3NDEKTSV4RRFFQ69G5F00/graph").status()).isEqualTo(404);
  }

  @Test
  void isComparedToAnotherStepByStep() {
    String one = api.post("/v1/workflows", chain("{\"url\":1}")).at("/id");
    worker.say(worker.claimOne(), "complete", "{\"result\":{\"n\":1}}");
    worker.say(worker.claimOne(), "complete", "{}");
    worker.say(worker.claimOne(), "complete", "{}");
    String other =
        api.post(
                "/v1/workflows",
                chain("{\"url\":2}").replace("{\"name\":\"third\"", "{\"name\":\"last\""))
            .at("/id");
    worker.say(worker.claimOne(), "complete", "{\"result\":{\"n\":2}}");
    worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"no\"},\"retryable\":false}");
    Answer diff = api.get("/v1/workflows/" + one + "/diff/" + other);
    assertThat(diff.status()).isEqualTo(200);
    assertThat(diff.at("/from/state")).isEqualTo("SUCCEEDED");
    assertThat(diff.at("/to/state")).isEqualTo("FAILED");
    assertThat(diff.at("/input_differs")).isEqualTo("true");
    assertThat(diff.json().at("/steps").findValuesAsText("name"))
        .containsExactly("first", "second", "third", "last");
    assertThat(diff.at("/steps/0/differences")).isEqualTo("[\"result\"]");
    assertThat(diff.at("/steps/1/differences")).startsWith("[\"state\"");
    assertThat(diff.json().at("/steps/2").has("to")).isFalse();
    assertThat(diff.json().at("/steps/3").has("from")).isFalse();
    assertThat(diff.at("/steps/3/to/reason")).isEqualTo("upstream-failed");
    assertThat(api.get("/v1/workflows/" + one + "/diff/" + one).at("/input_differs"))
        .isEqualTo("false");
    assertThat(api.get("/v1/workflows/" + one + "/diff/01ARZ3NDEKTSV4RRFFQ69G5F00").status())
        .isEqualTo(404);
    assertThat(api.get("/v1/workflows/xyz/diff/" + one).status()).isEqualTo(404);
  }

  @Test
  void aCancelEndsTheRun() {
    String id = api.post("/v1/workflows", chain("{\"url\":1}")).at("/id");
    Answer cancelled = api.delete("/v1/workflows/" + id);
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.at("/state")).isEqualTo("CANCELLED");
    assertThat(state(cancelled, "first")).isEqualTo("CANCELLED");
    assertThat(api.delete("/v1/workflows/" + id).status()).isEqualTo(200);
    assertThat(worker.claim().json().at("/leases")).isEmpty();
  }

  @Test
  void isStartedOncePerIdempotencyKey() {
    String key = UUID.randomUUID().toString();
    Answer first = api.post("/v1/workflows", chain("1"), "Idempotency-Key", key);
    Answer again = api.post("/v1/workflows", chain("1"), "Idempotency-Key", key);
    assertThat(first.status()).isEqualTo(201);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("/id")).isEqualTo(first.at("/id"));
    assertThat(api.post("/v1/workflows", chain("2"), "Idempotency-Key", key).status())
        .isEqualTo(409);
    assertThat(
            api.post(
                    "/v1/workflows",
                    chain("1").replaceFirst("\\{", "{\"idempotency_key\":\"" + key + "\","))
                .status())
        .isEqualTo(200);
  }

  @Test
  void runsAreListedByStateAndName() {
    String name = "n-" + UUID.randomUUID();
    String body = chain("1").replace("pipeline", name);
    String first = api.post("/v1/workflows", body).at("/id");
    String second = api.post("/v1/workflows", body).at("/id");
    api.delete("/v1/workflows/" + first);
    Answer all = api.get("/v1/workflows?name=" + name);
    assertThat(all.json().at("/workflows").findValuesAsText("id"))
        .containsExactlyInAnyOrder(first, second);
    assertThat(all.json().has("next_cursor")).isTrue();
    assertThat(
            api.get("/v1/workflows?state=CANCELLED&name=" + name)
                .json()
                .at("/workflows")
                .findValuesAsText("id"))
        .containsExactly(first);
    assertThat(api.get("/v1/workflows?state=DONE").status()).isEqualTo(400);
    assertThat(api.get("/v1/workflows?cursor=nonsense").status()).isEqualTo(400);
    assertThat(api.get("/v1/workflows?queue=a").at("/errors/0/pointer")).isEqualTo("/queue");
  }

  @Test
  void mayHaveTenThousandSteps() {
    String steps =
        IntStream.range(0, 10_000)
            .mapToObj(
                i ->
                    "{\"name\":\"s%d\",\"task_type\":\"a\",\"queue\":\"%s\"%s}"
                        .formatted(i, queue, i == 0 ? "" : ",\"dependencies\":[\"s0\"]"))
            .collect(Collectors.joining(","));
    Answer started = api.post("/v1/workflows", "{\"name\":\"wide\",\"steps\":[" + steps + "]}");
    assertThat(started.status()).isEqualTo(201);
    assertThat(run(started.at("/id")).json().at("/steps")).hasSize(10_000);
    Answer more =
        api.post(
            "/v1/workflows",
            "{\"name\":\"wide\",\"steps\":[" + steps + ",{\"name\":\"x\",\"task_type\":\"a\"}]}");
    assertThat(more.status()).isEqualTo(422);
    assertThat(more.at("/errors/0/pointer")).isEqualTo("/steps");
    api.delete("/v1/workflows/" + started.at("/id"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{}                                   | 400 | /name | required",
        "{\"name\":\"w\"}                     | 400 | /steps | required",
        "{\"name\":\"w\",\"steps\":[]}        | 422 | /steps | out-of-range",
        "{\"name\":\"w\",\"steps\":[1]}       | 400 | /steps/0 | wrong-type",
        "{\"name\":\"\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"}]} | 422 | /name |"
            + " invalid-name",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\"}]} | 400 | /steps/0/task_type | required",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"\"}]} | 422 |"
            + " /steps/0/task_type | invalid-name",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"type\":\"t\"}]} | 400 |"
            + " /steps/0/type | unknown-field",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"delay\":\"-1s\"}]} | 422"
            + " | /steps/0/delay | out-of-range",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"dependencies\":\"b\"}]} |"
            + " 400 | /steps/0/dependencies | wrong-type",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"dependencies\":[\"b\"]}]}"
            + " | 422 | /steps/0/dependencies/0 | unknown-step",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\"},{\"name\":\"a\",\"task_type\":\"t\"}]}"
            + " | 422 | /steps/1/name | duplicate-step",
        "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\"payload\":\"${steps.b.result}\"},{\"name\":\"b\",\"task_type\":\"t\"}]}"
            + " | 422 | /steps/0/payload | not-upstream",
      })
  void isRefusedByName(String body, int status, String pointer, String code) {
    Answer answer = api.post("/v1/workflows", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.json().at("/errors").findValuesAsText("pointer")).containsOnlyOnce(pointer);
    assertThat(answer.json().at("/errors").findValuesAsText("code")).contains(code);
  }

  @Test
  void aCycleIsNamed() {
    Answer answer =
        api.post(
            "/v1/workflows",
            """
            {"name":"w","steps":[{"name":"a","task_type":"t","dependencies":["c"]},
             {"name":"b","task_type":"t","dependencies":["a"]},
             {"name":"c","task_type":"t","dependencies":["b"]}]}
            """);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.at("/errors/0/code")).isEqualTo("cycle");
    assertThat(answer.at("/errors/0/detail")).contains("->").contains("a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"idempotency_key", "durability"})
  void aFieldThatIsNotBuiltIsUnknown(String field) {
    Answer answer =
        api.post(
            "/v1/workflows",
            "{\"name\":\"w\",\"steps\":[{\"name\":\"a\",\"task_type\":\"t\",\""
                + field
                + "\":\"x\"}]}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo("/steps/0/" + field);
    assertThat(answer.at("/errors/0/code")).isEqualTo("unknown-field");
  }

  @Test
  void whatIsUnknownIsNotFound() {
    for (String id : new String[] {"01ARZ3NDEKTSV4RRFFQ69G5F00", "xyz"}) {
      assertThat(run(id).status()).isEqualTo(404);
      assertThat(api.delete("/v1/workflows/" + id).status()).isEqualTo(404);
      assertThat(api.post("/v1/workflows/" + id + "/retry").status()).isEqualTo(404);
    }
  }
}
