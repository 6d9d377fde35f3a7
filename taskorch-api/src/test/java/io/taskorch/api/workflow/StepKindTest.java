package io.taskorch.api.workflow;

import static io.taskorch.api.workflow.Stack.state;
import static io.taskorch.api.workflow.Stack.step;
import static io.taskorch.api.workflow.Stack.stepOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of step from its submission to its end. */
@Timeout(120)
class StepKindTest {

  private final Stack stack = Stack.shared();
  private final Api api = stack.api();

  @Test
  void conditionsAndJoins() {
    String id =
        stack.start(
            "{\"amount\":12}",
            step("a", "echo", ""),
            step("large", "echo", ",\"dependencies\":[\"a\"],\"when\":\"input.amount > 10\""),
            step("small", "echo", ",\"dependencies\":[\"a\"],\"when\":\"input.amount <= 10\""),
            step("behind", "echo", ",\"dependencies\":[\"small\"]"),
            step(
                "any",
                "echo",
                ",\"dependencies\":[\"large\",\"small\"],\"join\":\"any_succeeded\""),
            step("bad", "fail", ",\"on_failure\":\"continue\""),
            step("always", "echo", ",\"dependencies\":[\"bad\"],\"join\":\"all_finished\""));
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(run.json().at("/steps"))
        .extracting(s -> s.get("name").asText() + " " + s.get("state").asText())
        .containsExactlyInAnyOrder(
            "a SUCCEEDED",
            "large SUCCEEDED",
            "small SKIPPED",
            "behind SKIPPED",
            "any SUCCEEDED",
            "bad FAILED",
            "always SUCCEEDED");
    assertThat(stepOf(run, "small").get("reason").asText()).isEqualTo("condition-false");
    assertThat(stepOf(run, "behind").get("reason").asText()).isEqualTo("upstream-skipped");
    assertThat(stepOf(run, "a").get("kind").asText()).isEqualTo("task");

    Answer graph = api.get("/v1/workflows/" + id + "/graph");
    assertThat(graph.json().at("/nodes"))
        .filteredOn(node -> node.get("name").asText().equals("any"))
        .singleElement()
        .satisfies(node -> assertThat(node.get("join").asText()).isEqualTo("any_succeeded"));
    assertThat(graph.json().at("/nodes"))
        .filteredOn(node -> node.get("state").asText().equals("SKIPPED"))
        .hasSize(2)
        .allMatch(node -> !node.has("duration"));
    assertThat(api.get("/v1/workflows/" + id + "/graph?format=mermaid").text())
        .contains("-->|any|", "|finished|");
  }

  @Test
  void aWaitForSomeTimeAndUntilSomeTime() {
    Instant soon = Instant.now().plusMillis(600);
    String id =
        stack.start(
            "null",
            "{\"name\":\"pause\",\"kind\":\"wait\",\"delay\":\"300ms\"}",
            "{\"name\":\"until\",\"kind\":\"wait\",\"until\":\"" + soon + "\"}",
            "{\"name\":\"past\",\"kind\":\"wait\",\"until\":\"2020-01-01T00:00:00Z\"}",
            step("after", "echo", ",\"dependencies\":[\"pause\",\"until\",\"past\"]"));
    Answer waiting = stack.awaitWaiting(id, "pause", "time");
    assertThat(stepOf(waiting, "pause").get("kind").asText()).isEqualTo("wait");
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(Instant.parse(stepOf(run, "until").get("finished_at").asText()))
        .isBetween(soon.minusMillis(1), soon.plusSeconds(10));
    assertThat(
            Duration.between(
                Instant.parse(stepOf(run, "pause").get("started_at").asText()),
                Instant.parse(stepOf(run, "pause").get("finished_at").asText())))
        .isGreaterThanOrEqualTo(Duration.ofMillis(300));
    assertThat(stepOf(run, "pause").has("waiting_for")).isFalse();
  }

  @Test
  void aSignal() {
    String id =
        stack.start(
            "null",
            "{\"name\":\"go\",\"kind\":\"signal\",\"signal\":\"start\"}",
            "{\"name\":\"after\",\"task_type\":\"echo\",\"dependencies\":[\"go\"],"
                + "\"payload\":\"${steps.go.result.n}\"}",
            "{\"name\":\"again\",\"kind\":\"signal\",\"signal\":\"start\","
                + "\"dependencies\":[\"after\"]}");
    Answer waiting = stack.awaitWaiting(id, "go", "signal:start");
    Answer task = stack.task(waiting, "go");
    assertThat(task.at("/waiting_for")).isEqualTo("[\"signal:start\"]");
    assertThat(api.get("/v1/tasks/" + task.at("/id") + "/explain").at("/reasons/0/detail"))
        .isEqualTo("waits for signal:start");
    assertThat(api.get("/v1/workflows/" + id + "/graph").at("/nodes/0/waiting_for"))
        .isEqualTo("signal:start");
    assertThat(stack.task(waiting, "after").at("/waiting_for")).isEqualTo("[\"go\"]");

    Answer sent = api.post("/v1/workflows/" + id + "/signals/start", "{\"n\": 1.10}");
    assertThat(sent.status()).as(sent.text()).isEqualTo(200);
    assertThat(sent.at("/id")).isEqualTo(id);
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(stack.task(run, "go").text()).contains("\"result\":{\"n\": 1.10}");
    assertThat(stack.task(run, "after").text()).contains("\"result\":1.10");
    // It comes to wait when the signal has been sent already.
    assertThat(stack.task(run, "again").text()).contains("\"result\":{\"n\": 1.10}");
  }

  @Test
  void aSignalWithoutABodyAndOneThatDoesNotCome() {
    String id =
        stack.start(
            "null",
            "{\"name\":\"go\",\"kind\":\"signal\",\"signal\":\"go\"}",
            "{\"name\":\"never\",\"kind\":\"signal\",\"signal\":\"never\",\"timeout\":\"200ms\","
                + "\"on_failure\":\"continue\"}");
    assertThat(api.post("/v1/workflows/" + id + "/signals/go").status()).isEqualTo(200);
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(stack.result(run, "go")).isNull();
    assertThat(stepOf(run, "never").get("reason").asText()).isEqualTo("timed-out");
    assertThat(stack.task(run, "never").at("/attempts/0/error/kind")).isEqualTo("timed-out");
  }

  @Test
  void aWorkflow() {
    String name = "inner-" + UUID.randomUUID();
    put(name, "{\"name\":\"out\",\"task_type\":\"echo\",\"payload\":[\"${input.n}\"]}");
    String id =
        stack.start(
            "{\"n\":7}",
            "{\"name\":\"sub\",\"kind\":\"workflow\",\"workflow\":\""
                + name
                + "\",\"version\":1,\"input\":{\"n\":\"${input.n}\"}}",
            "{\"name\":\"after\",\"task_type\":\"echo\",\"dependencies\":[\"sub\"],"
                + "\"payload\":\"${steps.sub.result.out.0}\"}");
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(stack.result(run, "after")).isEqualTo("7");
    assertThat(stack.result(run, "sub")).isEqualTo("{\"out\":[7]}");
    Answer sub = stack.run(stepOf(run, "sub").get("run_id").asText());
    assertThat(sub.at("/name")).isEqualTo(name);
    assertThat(sub.at("/version")).isEqualTo("1");
    assertThat(sub.at("/parent")).isEqualTo("{\"run_id\":\"" + id + "\",\"step\":\"sub\"}");
    assertThat(run.json().has("parent")).isFalse();
    assertThat(api.get("/v1/workflows/" + id + "/graph?format=dot").text())
        .contains("run " + sub.at("/id"), "shape=box3d");
  }

  @Test
  void aWorkflowThatIsNotThereFailsItsStep() {
    String id =
        stack.start(
            "null", "{\"name\":\"sub\",\"kind\":\"workflow\",\"workflow\":\"no-such-workflow\"}");
    Answer run = stack.await(id, "FAILED");
    assertThat(stepOf(run, "sub").get("reason").asText()).isEqualTo("undecidable");
  }

  @Test
  void anElementEach() {
    String id =
        stack.start(
            "{\"list\":[\"a\",1.10,null]}",
            "{\"name\":\"each\",\"task_type\":\"echo\",\"for_each\":\"${input.list}\","
                + "\"max_parallel\":1,\"delay\":\"10ms\","
                + "\"payload\":{\"i\":\"${index}\",\"v\":\"${item}\"}}");
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(stack.task(run, "each").text())
        .contains("\"result\":[{\"i\":0,\"v\":\"a\"},{\"i\":1,\"v\":1.10},{\"i\":2,\"v\":null}]");
    Answer elements = stack.run(stepOf(run, "each").get("run_id").asText());
    assertThat(elements.json().at("/steps").findValuesAsText("name"))
        .containsExactly("0", "1", "2");
    // The delay is that of each element.
    for (String step : List.of("0", "1", "2")) {
      Answer element = stack.task(elements, step);
      assertThat(Instant.parse(element.at("/started_at")))
          .isAfterOrEqualTo(Instant.parse(elements.at("/created_at")).plusMillis(10));
    }
  }

  @Test
  void aRetryDoesOnlyTheElementsThatFailed() {
    String id =
        stack.start(
            "[1,2,3]",
            "{\"name\":\"each\",\"task_type\":\"once\",\"for_each\":\"${input}\","
                + "\"payload\":\"${item}\"}");
    Answer failed = stack.await(id, "FAILED");
    assertThat(stepOf(failed, "each").get("reason").asText()).isEqualTo("run-failed");
    Answer again = api.post("/v1/workflows/" + id + "/retry");
    assertThat(again.status()).isEqualTo(200);
    assertThat(stack.result(stack.await(id, "SUCCEEDED"), "each")).isEqualTo("[1,2,3]");
  }

  @Test
  void whatSucceededIsUndone() {
    String id =
        stack.start(
            "null",
            step("seat", "echo", ",\"compensate_with\":\"echo\""),
            step("car", "echo", ",\"dependencies\":[\"seat\"],\"compensate_with\":\"echo\""),
            step("pay", "fail", ",\"dependencies\":[\"car\"]"));
    Answer run = stack.await(id, "COMPENSATED");
    Answer undoing = stack.run(run.at("/compensation_id"));
    assertThat(undoing.json().at("/steps").findValuesAsText("name")).containsExactly("car", "seat");
    assertThat(stack.result(undoing, "car")).isEqualTo("{\"input\":\"car\",\"result\":\"car\"}");
    assertThat(undoing.at("/parent")).isEqualTo("{\"run_id\":\"" + id + "\"}");
    assertThat(api.post("/v1/workflows/" + id + "/retry").status()).isEqualTo(409);
    assertThat(stack.act(id, "pay", "rerun", "{}").status()).isEqualTo(409);
    assertThat(api.get("/v1/workflows?state=COMPENSATED").json().at("/workflows")).isNotEmpty();
  }

  private Answer put(String name, String... steps) {
    String body = "{\"steps\":[" + String.join(",", steps) + "]}";
    return api.put("/v1/workflow-definitions/" + name, body);
  }

  @Test
  void aDefinitionWithEveryFieldIsReadAsItWasWritten() {
    String name = "d-" + UUID.randomUUID();
    String[] steps = {
      step(
          "a",
          "t",
          ",\"join\":\"any_succeeded\",\"when\":\"input.x > 1\",\"for_each\":\"${input.list}\","
              + "\"max_parallel\":3,\"on_failure\":\"continue\",\"compensate_with\":\"undo\","
              + "\"delay\":\"5s\",\"dependencies\":[\"go\"]"),
      "{\"name\":\"pause\",\"kind\":\"wait\",\"delay\":\"90s\",\"queue\":\"q\"}",
      "{\"name\":\"until\",\"kind\":\"wait\",\"until\":\"2030-01-02T03:04:05Z\"}",
      "{\"name\":\"go\",\"kind\":\"signal\",\"signal\":\"start\",\"timeout\":\"1h\"}",
      "{\"name\":\"ok\",\"kind\":\"approval\",\"join\":\"all_finished\",\"tags\":[\"x\"],"
          + "\"dependencies\":[\"go\"]}",
      "{\"name\":\"sub\",\"kind\":\"workflow\",\"workflow\":\"w\",\"version\":2,"
          + "\"input\":{\"a\": \"${steps.a.result}\"},\"dependencies\":[\"a\"],"
          + "\"compensate_with\":\"undo\",\"priority\":\"high\"}"
    };
    assertThat(put(name, steps).status()).isEqualTo(201);
    Answer read = api.get("/v1/workflow-definitions/" + name);
    assertThat(read.json().at("/steps/0"))
        .hasToString(
            "{\"name\":\"a\",\"task_type\":\"t\",\"payload\":\"a\",\"queue\":\"default\","
                + "\"priority\":\"normal\",\"delay\":\"5s\",\"dependencies\":[\"go\"],"
                + "\"join\":\"any_succeeded\",\"when\":\"input.x > 1\","
                + "\"for_each\":\"${input.list}\",\"max_parallel\":3,\"on_failure\":\"continue\","
                + "\"compensate_with\":\"undo\"}");
    assertThat(read.at("/steps/1/kind")).isEqualTo("wait");
    assertThat(read.at("/steps/1/delay")).isEqualTo("90s");
    assertThat(read.at("/steps/2/until")).isEqualTo("2030-01-02T03:04:05Z");
    assertThat(read.at("/steps/3/signal")).isEqualTo("start");
    assertThat(read.text()).contains("\"input\":{\"a\": \"${steps.a.result}\"}");
    assertThat(read.json().at("/steps/5").has("task_type")).isFalse();

    ObjectNode body = (ObjectNode) read.json();
    body.remove(List.of("version", "created_at"));
    Answer again = api.put("/v1/workflow-definitions/" + name, body.toString());
    assertThat(again.status()).as(again.text()).isEqualTo(200);

    steps[3] = steps[3].replace("start", "begin");
    steps[2] = steps[2].replace("2030", "2031");
    steps[5] = steps[5].replace("high", "low").replace("\"${steps.a.result}\"", "1");
    assertThat(put(name, steps).status()).isEqualTo(201);
    assertThat(api.get("/v1/workflow-definitions/" + name + "/diff").at("/steps/changed"))
        .isEqualTo(
            "[{\"name\":\"until\",\"fields\":[\"until\"]},"
                + "{\"name\":\"go\",\"fields\":[\"signal\"]},"
                + "{\"name\":\"sub\",\"fields\":[\"input\",\"priority\"]}]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"kind\":\"timer\"; 422; /steps/1/kind; is none of",
        "\"kind\":\"WAIT\",\"delay\":\"1s\"; 422; /steps/1/kind; wait, signal, approval, workflow",
        "\"kind\":1; 400; /steps/1/kind; is not a string",
        "\"task_type\":\"t\",\"join\":\"most\"; 422; /steps/1/join; all_finished",
        "\"task_type\":\"t\",\"on_failure\":\"retry\"; 422; /steps/1/on_failure; continue",
        "\"kind\":\"task\"; 400; /steps/1/task_type; is missing",
        "\"kind\":\"wait\",\"delay\":\"1s\",\"task_type\":\"t\"; 422; /steps/1/task_type; kind"
            + " wait",
        "\"kind\":\"wait\"; 422; /steps/1/delay; or until",
        "\"kind\":\"wait\",\"delay\":\"1s\",\"until\":\"2030-01-01T00:00:00Z\"; 422;"
            + " /steps/1/until; excludes delay",
        "\"kind\":\"wait\",\"delay\":\"-1s\"; 422; /steps/1/delay; negative",
        "\"kind\":\"wait\",\"until\":\"tomorrow\"; 400; /steps/1/until; ",
        "\"kind\":\"wait\",\"until\":\"2400-01-01T00:00:00Z\"; 422; /steps/1/until; years",
        "\"kind\":\"wait\",\"run_at\":\"2030-01-01T00:00:00Z\"; 422; /steps/1/run_at; kind wait",
        "\"kind\":\"wait\",\"delay\":\"1s\",\"timeout\":\"1s\"; 422; /steps/1/timeout; kind wait",
        "\"kind\":\"wait\",\"delay\":\"1s\",\"payload\":1; 422; /steps/1/payload; kind wait",
        "\"kind\":\"wait\",\"delay\":\"1s\",\"for_each\":\"${input}\"; 422; /steps/1/for_each;"
            + " wait",
        "\"kind\":\"signal\"; 422; /steps/1/signal; needs",
        "\"kind\":\"signal\",\"signal\":\"no good\"; 422; /steps/1/signal; is not",
        "\"kind\":\"signal\",\"signal\":\"s\",\"delay\":\"1s\"; 422; /steps/1/delay; kind signal",
        "\"kind\":\"signal\",\"signal\":\"s\",\"compensate_with\":\"t\"; 422;"
            + " /steps/1/compensate_with; kind signal",
        "\"kind\":\"approval\",\"signal\":\"s\"; 422; /steps/1/signal; kind approval",
        "\"kind\":\"approval\",\"retry_policy\":{}; 422; /steps/1/retry_policy; kind approval",
        "\"kind\":\"approval\",\"start_before\":\"2030-01-01T00:00:00Z\"; 422;"
            + " /steps/1/start_before; kind approval",
        "\"kind\":\"workflow\"; 422; /steps/1/workflow; needs",
        "\"kind\":\"workflow\",\"workflow\":\"w\",\"version\":0; 422; /steps/1/version; between",
        "\"kind\":\"workflow\",\"workflow\":\"w\",\"payload\":1; 422; /steps/1/payload; kind",
        "\"kind\":\"workflow\",\"workflow\":\"w\",\"delay\":\"1s\"; 422; /steps/1/delay; kind",
        "\"kind\":\"workflow\",\"workflow\":\"w\",\"input\":\"${steps.x.result}\"; 422;"
            + " /steps/1/input; step",
        "\"task_type\":\"t\",\"input\":1; 422; /steps/1/input; kind task",
        "\"task_type\":\"t\",\"until\":\"2030-01-01T00:00:00Z\"; 422; /steps/1/until; kind task",
        "\"task_type\":\"t\",\"signal\":\"s\"; 422; /steps/1/signal; kind task",
        "\"task_type\":\"t\",\"workflow\":\"w\"; 422; /steps/1/workflow; kind task",
        "\"task_type\":\"t\",\"version\":1; 422; /steps/1/version; kind task",
        "\"task_type\":\"t\",\"max_parallel\":2; 422; /steps/1/max_parallel; needs for_each",
        "\"task_type\":\"t\",\"for_each\":\"${input}\",\"max_parallel\":0; 422;"
            + " /steps/1/max_parallel; between",
        "\"task_type\":\"t\",\"for_each\":\"all\"; 422; /steps/1/for_each; is not one",
        "\"task_type\":\"t\",\"for_each\":[1]; 400; /steps/1/for_each; is not a string",
        "\"task_type\":\"t\",\"for_each\":\"${steps.x.result}\"; 422; /steps/1/for_each; step",
        "\"task_type\":\"t\",\"payload\":\"${item}\"; 422; /steps/1/payload; without for_each",
        "\"task_type\":\"t\",\"compensate_with\":\"\"; 422; /steps/1/compensate_with; is not",
        "\"task_type\":\"t\",\"when\":\"1 +\"; 422; /steps/1/when; ",
        "\"task_type\":\"t\",\"when\":\"steps.x.state == 'FAILED'\"; 422; /steps/1/when; step",
        "\"task_type\":\"t\",\"when\":true; 400; /steps/1/when; is not a string",
      })
  void whatCannotBeIsRefusedByItsPlace(String fields, int status, String pointer, String detail) {
    Answer refused =
        api.post(
            "/v1/workflows",
            "{\"name\":\"w\",\"steps\":[{\"name\":\"first\",\"task_type\":\"t\"},"
                + "{\"name\":\"second\","
                + fields
                + "}]}");
    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.json().at("/errors"))
        .as(refused.text())
        .anySatisfy(
            error -> {
              assertThat(error.get("pointer").asText()).isEqualTo(pointer);
              assertThat(error.get("detail").asText()).contains(detail == null ? "" : detail);
            });
  }

  @Test
  void aStepIsStillRefusedWhereItsStateIs() {
    String id = stack.start("null", step("a", "echo", ""));
    assertThat(state(stack.await(id, "SUCCEEDED"), "a")).isEqualTo("SUCCEEDED");
    assertThat(api.post("/v1/workflows/" + id + "/signals/go").status()).isEqualTo(409);
  }
}
