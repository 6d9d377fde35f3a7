package io.taskorch.api.workflow;

import static io.taskorch.api.workflow.Stack.state;
import static io.taskorch.api.workflow.Stack.step;
import static io.taskorch.api.workflow.Stack.stepOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What people do to runs and their steps. */
@Timeout(120)
class StepControllerTest {

  private static final String APPROVAL = "{\"name\":\"ok\",\"kind\":\"approval\"}";

  private final Stack stack = Stack.shared();
  private final Api api = stack.api();

  private Answer fork(String id, String body, String... headers) {
    return api.post("/v1/workflows/" + id + "/fork", body, headers);
  }

  @Test
  void anApprovalIsApproved() {
    String id =
        stack.start(
            "null",
            APPROVAL,
            "{\"name\":\"after\",\"task_type\":\"echo\",\"dependencies\":[\"ok\"],"
                + "\"payload\":\"${steps.ok.result}\"}");
    Answer waiting = stack.awaitWaiting(id, "ok", "approval");
    assertThat(stack.task(waiting, "ok").at("/waiting_for")).isEqualTo("[\"approval\"]");
    Answer approved = stack.act(id, "ok", "approve", "{\"note\":\"fine \\\"so\\\" \\n🙂\"}");
    assertThat(approved.status()).as(approved.text()).isEqualTo(200);
    assertThat(state(approved, "ok")).isEqualTo("SUCCEEDED");
    assertThat(stack.result(stack.await(id, "SUCCEEDED"), "after"))
        .isEqualTo("{\"approved\":true,\"by\":\"anonymous\",\"note\":\"fine \\\"so\\\" \\n🙂\"}");
    assertThat(stack.act(id, "ok", "approve", "{}").status()).isEqualTo(409);
  }

  @Test
  void anApprovalIsRejected() {
    String id = stack.start("null", APPROVAL);
    stack.awaitWaiting(id, "ok", "approval");
    assertThat(stack.act(id, "ok", "reject", "{\"note\":\"not on a Friday\"}").status())
        .isEqualTo(200);
    Answer run = stack.await(id, "FAILED");
    assertThat(stepOf(run, "ok").get("reason").asText()).isEqualTo("rejected");
    assertThat(stack.task(run, "ok").at("/attempts/0/error/message"))
        .isEqualTo("by anonymous: not on a Friday");
    Answer late = stack.act(id, "ok", "approve", "{}");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.at("/type")).endsWith("illegal-move");
  }

  @Test
  void onlyAnApprovalThatIsWaitedForIsAnswered() {
    String id =
        stack.start(
            "null",
            "{\"name\":\"go\",\"kind\":\"signal\",\"signal\":\"go\"}",
            "{\"name\":\"ok\",\"kind\":\"approval\",\"dependencies\":[\"go\"]}");
    stack.awaitWaiting(id, "go", "signal:go");
    for (String step : new String[] {"go", "ok"}) {
      for (String verb : new String[] {"approve", "reject"}) {
        Answer refused = stack.act(id, step, verb, "{}");
        assertThat(refused.status()).as(refused.text()).isEqualTo(409);
        assertThat(refused.at("/type")).endsWith("illegal-move");
      }
    }
    api.delete("/v1/workflows/" + id);
  }

  @Test
  void aStepIsSkipped() {
    String id =
        stack.start(
            "null",
            step("bad", "fail", ""),
            step("after", "echo", ",\"dependencies\":[\"bad\"]"),
            step("anyway", "echo", ",\"dependencies\":[\"after\"],\"join\":\"all_finished\""));
    stack.await(id, "FAILED");
    assertThat(stack.act(id, "bad", "skip", "{\"note\":\"known\"}").status()).isEqualTo(200);
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(state(run, "bad")).isEqualTo("SKIPPED");
    assertThat(stepOf(run, "bad").get("reason").asText()).isEqualTo("by-hand");
    assertThat(state(run, "after")).isEqualTo("SKIPPED");
    assertThat(state(run, "anyway")).isEqualTo("SUCCEEDED");
    assertThat(stack.act(id, "bad", "skip", "{}").status()).isEqualTo(409);
  }

  @Test
  void aStepSucceedsByHand() {
    String id =
        stack.start(
            "null",
            step("bad", "fail", ""),
            "{\"name\":\"after\",\"task_type\":\"echo\",\"dependencies\":[\"bad\"],"
                + "\"payload\":\"${steps.bad.result.n}\"}");
    stack.await(id, "FAILED");
    Answer mended =
        stack.act(id, "bad", "succeed", "{\"note\":\"by me\",\"result\":{\"n\": 1.10}}");
    assertThat(mended.status()).as(mended.text()).isEqualTo(200);
    assertThat(stack.task(stack.await(id, "SUCCEEDED"), "after").text())
        .contains("\"result\":1.10");
  }

  @Test
  void aStepIsRunAgainWithAnotherPayload() {
    String id =
        stack.start(
            "\"in\"",
            step("a", "echo", ""),
            step("b", "echo", ",\"dependencies\":[\"a\"]"),
            "{\"name\":\"c\",\"task_type\":\"echo\",\"dependencies\":[\"b\"],"
                + "\"payload\":\"${steps.b.result}\"}");
    stack.await(id, "SUCCEEDED");
    Answer again =
        stack.act(id, "b", "rerun", "{\"input\":[\"${steps.a.result}\",\"${input}\",1.10]}");
    assertThat(again.status()).as(again.text()).isEqualTo(200);
    Answer run = stack.await(id, "SUCCEEDED");
    assertThat(stack.task(run, "c").text()).contains("\"result\":[\"a\",\"in\",1.10]");
    assertThat(stack.task(run, "a").at("/generation")).isEqualTo("0");

    Answer wrong = stack.act(id, "b", "rerun", "{\"input\":\"${steps.c.result}\"}");
    assertThat(wrong.status()).as(wrong.text()).isEqualTo(422);
    assertThat(wrong.at("/errors/0/pointer")).isEqualTo("/input");
    assertThat(stack.run(id).at("/state")).isEqualTo("SUCCEEDED");
  }

  @Test
  void aRerunHasNoInputForAStepWithoutOne() {
    String id = stack.start("null", "{\"name\":\"w\",\"kind\":\"wait\",\"delay\":\"1ms\"}");
    stack.await(id, "SUCCEEDED");
    Answer refused = stack.act(id, "w", "rerun", "{\"input\":1}");
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.at("/errors/0/pointer")).isEqualTo("/input");
    assertThat(stack.act(id, "w", "rerun", "").status()).isEqualTo(200);
    stack.await(id, "SUCCEEDED");
  }

  @Test
  void aRunIsForked() {
    String id =
        stack.start(
            "1",
            step("a", "echo", ""),
            "{\"name\":\"b\",\"task_type\":\"echo\",\"dependencies\":[\"a\"],"
                + "\"payload\":[\"${steps.a.result}\",\"${input}\"]}");
    stack.await(id, "SUCCEEDED");
    String key = UUID.randomUUID().toString();
    Answer forked = fork(id, "{\"from_step\":\"b\",\"input\": 2.50}", "Idempotency-Key", key);
    assertThat(forked.status()).as(forked.text()).isEqualTo(201);
    String other = forked.at("/id");
    assertThat(forked.header("Location")).isEqualTo("/v1/workflows/" + other);
    assertThat(other).isNotEqualTo(id);
    Answer run = stack.await(other, "SUCCEEDED");
    assertThat(stack.task(run, "b").text()).contains("\"result\":[\"a\",2.50]");

    Answer again = fork(id, "{\"input\":2.50,\"from_step\":\"b\"}", "Idempotency-Key", key);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("/id")).isEqualTo(other);
    assertThat(fork(id, "{\"from_step\":\"a\",\"input\":2.5}", "Idempotency-Key", key).status())
        .isEqualTo(409);
    assertThat(
            stack.result(
                stack.await(fork(id, "{\"from_step\":\"b\"}").at("/id"), "SUCCEEDED"), "b"))
        .isEqualTo("[\"a\",1]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "; 400; ``",
        "{}; 400; /from_step",
        "{\"from_step\":1}; 400; /from_step",
        "{\"from_step\":\"a\",\"step\":\"a\"}; 400; /step",
      })
  void aForkIsRefusedByItsPlace(String body, int status, String pointer) {
    String id = stack.start("null", step("a", "echo", ""));
    Answer refused = fork(id, body == null ? "" : body);
    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.at("/errors/0/pointer")).isEqualTo(pointer);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "approve; {\"input\":1}; 400; /input",
        "reject; {\"result\":1}; 400; /result",
        "skip; {\"result\":1}; 400; /result",
        "succeed; {\"input\":1}; 400; /input",
        "rerun; {\"result\":1}; 400; /result",
        "rerun; {\"actor\":\"root\"}; 400; /actor",
        "approve; {\"note\":1}; 400; /note",
        "approve; [1]; 400; ``",
        "approve; {; 400; ``",
      })
  void anActionTakesItsFieldsOnly(String verb, String body, int status, String pointer) {
    String id = stack.start("null", APPROVAL);
    stack.awaitWaiting(id, "ok", "approval");
    Answer refused = stack.act(id, "ok", verb, body);
    assertThat(refused.status()).as(refused.text()).isEqualTo(status);
    assertThat(refused.at("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(stack.run(id).at("/state")).isEqualTo("RUNNING");
    api.delete("/v1/workflows/" + id);
  }

  @Test
  void aRunOfElementsIsNotForkedAlone() {
    String id =
        stack.start(
            "[1]",
            "{\"name\":\"each\",\"task_type\":\"echo\",\"for_each\":\"${input}\","
                + "\"payload\":\"${item}\"}");
    String elements = stepOf(stack.await(id, "SUCCEEDED"), "each").get("run_id").asText();
    Answer refused = fork(elements, "{\"from_step\":\"0\"}");
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.at("/errors/0/pointer")).isEmpty();
    assertThat(refused.at("/errors/0/detail"))
        .isEqualTo("is for a run of its own: this one does the elements of step each of run " + id);
  }

  @Test
  void aNoteAndAResultHaveTheirLimits() {
    String id = stack.start("null", APPROVAL);
    stack.awaitWaiting(id, "ok", "approval");
    Answer tooLong = stack.act(id, "ok", "approve", "{\"note\":\"" + "x".repeat(1025) + "\"}");
    assertThat(tooLong.status()).isEqualTo(422);
    assertThat(tooLong.at("/errors/0/pointer")).isEqualTo("/note");
    Answer tooLarge =
        stack.act(id, "ok", "succeed", "{\"result\":\"" + "x".repeat(960 * 1024) + "\"}");
    assertThat(tooLarge.status()).isEqualTo(413);
    assertThat(tooLarge.at("/errors/0/pointer")).isEqualTo("/result");
    assertThat(
            stack
                .act(id, "ok", "succeed", "{\"result\":\"" + "x".repeat(960 * 1024 - 2) + "\"}")
                .status())
        .isEqualTo(200);
    stack.await(id, "SUCCEEDED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"a\":1} {}", "", "\u0000", "nul", "[1,]"})
  void aSignalIsAnyJsonAndNothingElse(String body) {
    String id = stack.start("null", "{\"name\":\"go\",\"kind\":\"signal\",\"signal\":\"go\"}");
    stack.awaitWaiting(id, "go", "signal:go");
    Answer answer = api.post("/v1/workflows/" + id + "/signals/go", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(body.isEmpty() ? 200 : 400);
    api.delete("/v1/workflows/" + id);
  }

  @Test
  void aSignalHasALimit() {
    String id = stack.start("null", "{\"name\":\"go\",\"kind\":\"signal\",\"signal\":\"go\"}");
    String most = "\"" + "x".repeat(256 * 1024 - 2) + "\"";
    assertThat(
            api.post("/v1/workflows/" + id + "/signals/go", most.replaceFirst("x", "xx")).status())
        .isEqualTo(413);
    assertThat(api.post("/v1/workflows/" + id + "/signals/go", most).status()).isEqualTo(200);
    assertThat(stack.result(stack.await(id, "SUCCEEDED"), "go")).isEqualTo(most);
  }

  @Test
  void whatIsUnknownIsNotFound() {
    String id = stack.start("null", APPROVAL);
    String longest = "x".repeat(1500);
    for (String run : new String[] {"01ARZ3NDEKTSV4RRFFQ69G5F00", "xyz", longest}) {
      assertThat(api.post("/v1/workflows/" + run + "/signals/go").status()).isEqualTo(404);
      assertThat(fork(run, "{\"from_step\":\"ok\"}").status()).isEqualTo(404);
      assertThat(stack.act(run, "ok", "approve", "{}").status()).isEqualTo(404);
      assertThat(stack.act(run, "ok", "rerun", "{\"input\":1}").status()).isEqualTo(404);
    }
    for (String name :
        new String[] {
          "other", longest, "a%20b", "%22%7D", "%F0%9F%99%82", "a%0Ab", "%7Bx%7D", "%00"
        }) {
      Answer signal = api.post("/v1/workflows/" + id + "/signals/" + name);
      assertThat(signal.status()).as(signal.text()).isIn(400, 404);
      for (String verb : new String[] {"approve", "reject", "skip", "rerun", "succeed"}) {
        Answer act = stack.act(id, name, verb, "{}");
        assertThat(act.status()).as(act.text()).isIn(400, 404);
        assertThat(act.header("Content-Type")).startsWith("application/problem+json");
      }
    }
    String hostile = "\"}],\\u0000 ${x}' ".repeat(100);
    Answer forked =
        fork(
            id, "{\"from_step\":\"" + hostile.replace("\"", "\\\"").replace("\\u0000", "") + "\"}");
    assertThat(forked.status()).as(forked.text()).isEqualTo(404);
    assertThat(stack.act(id, "ok", "explode", "{}").status()).isEqualTo(404);
    assertThat(
            api.call(
                    "POST",
                    "/v1/workflows/" + id + "/steps/ok/approve?force=true",
                    "{}".getBytes(StandardCharsets.UTF_8))
                .status())
        .isEqualTo(400);
    api.delete("/v1/workflows/" + id);
  }
}
