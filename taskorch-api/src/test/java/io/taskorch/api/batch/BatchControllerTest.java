package io.taskorch.api.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches over REST. */
class BatchControllerTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();

  private String task(int payload) {
    return "{\"type\":\"a\",\"queue\":\"%s\",\"payload\":%d}".formatted(queue, payload);
  }

  private Answer submit(String more, String... headers) {
    return api.post(
        "/v1/batches", "{\"tasks\":[%s,%s]%s}".formatted(task(1), task(2), more), headers);
  }

  /** Claims a task of the queue, as a worker would that is written in another language. */
  private Answer claim(String type) {
    return api.post(
        "/v1/leases",
        "{\"worker_id\":\"w\",\"queues\":[\"%s\"],\"types\":[\"%s\"],\"max\":1}"
            .formatted(queue, type));
  }

  private void complete(Answer claim) {
    String lease = claim.at("/leases/0/lease_id");
    assertThat(api.post("/v1/leases/" + lease + "/complete", "{\"result\":1}").status())
        .isEqualTo(200);
  }

  @Test
  void aBatchIsSubmittedWorkedOffAndReadBack() {
    Answer created =
        submit(",\"on_finish\":{\"type\":\"report\",\"queue\":\"" + queue + "\",\"payload\":[1]}");
    assertThat(created.status()).isEqualTo(201);
    String path = "/v1/batches/" + created.at("/id");
    assertThat(created.header("Location")).isEqualTo(path);
    assertThat(created.at("/state")).isEqualTo("RUNNING");
    assertThat(created.at("/total")).isEqualTo("2");
    assertThat(created.at("/waiting")).isEqualTo("2");
    assertThat(created.at("/on_finish_id")).isNull();
    assertThat(created.at("/finished_at")).isNull();

    Answer first = claim("a");
    String member = first.at("/leases/0/task/id");
    assertThat(first.at("/leases/0/task/batch_id")).isEqualTo(created.at("/id"));
    assertThat(api.get(path).at("/running")).isEqualTo("1");
    Answer added = api.post(path + "/tasks", "{\"tasks\":[%s]}".formatted(task(3)));
    assertThat(added.status()).isEqualTo(200);
    assertThat(added.at("/tasks/0/created")).isEqualTo("true");
    assertThat(api.get("/v1/tasks/" + added.at("/tasks/0/id")).at("/batch_id"))
        .isEqualTo(created.at("/id"));
    complete(first);
    assertThat(api.delete("/v1/tasks/" + member + "?purge=true").status()).isEqualTo(409);
    complete(claim("a"));
    complete(claim("a"));

    Answer ended = api.get(path);
    assertThat(ended.at("/state")).isEqualTo("SUCCEEDED");
    assertThat(ended.at("/succeeded")).isEqualTo("3");
    assertThat(ended.at("/finished_at")).isNotNull();
    assertThat(ended.at("/on_success_id")).isNull();
    Answer report = claim("report");
    assertThat(report.at("/leases/0/task/id")).isEqualTo(ended.at("/on_finish_id"));
    assertThat(report.at("/leases/0/task/payload")).isEqualTo("[1]");
    assertThat(report.at("/leases/0/task/batch_id")).isEqualTo(created.at("/id"));
    assertThat(report.at("/leases/0/task/batch_callback")).isEqualTo("on_finish");

    Answer late = api.post(path + "/tasks", "{\"tasks\":[%s]}".formatted(task(4)));
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.at("/type")).endsWith("batch-closed");
    assertThat(api.delete(path).status()).isEqualTo(409);
    assertThat(api.delete("/v1/tasks/" + member + "?purge=true").status()).isEqualTo(204);
  }

  @Test
  void itsTasksAreCountedOnce() {
    String key = UUID.randomUUID().toString();
    submit("", "Idempotency-Key", key);
    submit("", "Idempotency-Key", key);
    assertThat(api.get("/metrics").text().lines())
        .contains("taskorch_tasks_created_total{queue=\"" + queue + "\",type=\"a\"} 2.0");
  }

  @Test
  void aCancelledBatchEndsAndAgainIsTheSame() {
    String path = "/v1/batches/" + submit("").at("/id");
    Answer cancelled = api.delete(path);
    assertThat(cancelled.status()).isEqualTo(200);
    assertThat(cancelled.at("/state")).isEqualTo("CANCELLED");
    assertThat(cancelled.at("/cancelled")).isEqualTo("2");
    assertThat(cancelled.at("/cancel_requested")).isEqualTo("true");
    assertThat(api.delete(path).at("/state")).isEqualTo("CANCELLED");
    assertThat(api.post(path + "/tasks", "{\"tasks\":[%s]}".formatted(task(3))).status())
        .isEqualTo(409);
  }

  @Test
  void aBatchMayBeAMemberOfAnother() {
    String outer = submit("").at("/id");
    Answer inner = submit(",\"parent\":\"" + outer + "\"");
    assertThat(inner.status()).isEqualTo(201);
    assertThat(inner.at("/parent")).isEqualTo(outer);
    assertThat(api.get("/v1/batches/" + outer).at("/total")).isEqualTo("3");
  }

  @Test
  void anIdempotencyKeyStandsForOneBatchAndOneAddition() {
    String key = UUID.randomUUID().toString();
    Answer first = submit("", "Idempotency-Key", key);
    Answer again = submit("", "Idempotency-Key", key);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.at("/id")).isEqualTo(first.at("/id"));
    assertThat(again.at("/total")).isEqualTo("2");
    assertThat(submit(",\"group\":\"g\"", "Idempotency-Key", key).status()).isEqualTo(409);

    String path = "/v1/batches/" + first.at("/id");
    String body = "{\"tasks\":[%s]}".formatted(task(3));
    Answer added = api.post(path + "/tasks", body, "Idempotency-Key", key + "a");
    assertThat(added.at("/tasks/0/created")).isEqualTo("true");
    Answer repeated = api.post(path + "/tasks", body, "Idempotency-Key", key + "a");
    assertThat(repeated.at("/tasks/0/created")).isEqualTo("false");
    assertThat(repeated.at("/tasks/0/id")).isEqualTo(added.at("/tasks/0/id"));
    String other = "{\"tasks\":[%s]}".formatted(task(4));
    assertThat(api.post(path + "/tasks", other, "Idempotency-Key", key + "a").status())
        .isEqualTo(409);
    assertThat(api.get(path).at("/total")).isEqualTo("3");
  }

  @Test
  void oneWhoseUniqueKeyIsHeldIsNoMember() {
    String unique =
        "{\"type\":\"a\",\"queue\":\"%s\",\"unique\":{\"key\":\"%s\"}}"
            .formatted(queue, UUID.randomUUID());
    Answer batch =
        api.post("/v1/batches", "{\"tasks\":[%s,%s,%s]}".formatted(task(1), unique, unique));
    assertThat(batch.status()).isEqualTo(201);
    assertThat(batch.at("/total")).isEqualTo("2");
    Answer added =
        api.post("/v1/batches/" + batch.at("/id") + "/tasks", "{\"tasks\":[%s]}".formatted(unique));
    assertThat(added.at("/tasks/0/error/type")).endsWith("unique-conflict");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    String tasks = "{\"tasks\":[%s]}".formatted(task(1));
    for (String id : new String[] {"nonsense", "01KZ0000000000000000000000"}) {
      assertThat(api.get("/v1/batches/" + id).status()).isEqualTo(404);
      assertThat(api.delete("/v1/batches/" + id).status()).isEqualTo(404);
      assertThat(api.post("/v1/batches/" + id + "/tasks", tasks).status()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                        | /tasks                     | required
          {"tasks":1}                                               | /tasks                     | wrong-type
          {"tasks":[1]}                                             | /tasks/0                   | wrong-type
          {"tasks":[{}]}                                            | /tasks/0/type              | required
          {"tasks":[{"type":"a"},{"type":"a b"}]}                   | /tasks/1/type              | invalid-name
          {"tasks":[{"type":"a","idempotency_key":"k"}]}            | /tasks/0/idempotency_key   | conflict
          {"tasks":[{"type":"a","batch_id":"x"}]}                   | /tasks/0/batch_id          | unknown-field
          {"tasks":[],"name":"x"}                                   | /name                      | unknown-field
          {"tasks":[],"group":"a b"}                                | /group                     | invalid-name
          {"tasks":[],"parent":"x"}                                 | /parent                    | invalid-id
          {"tasks":[],"parent":"01KZ0000000000000000000000"}        | /parent                    | not-found
          {"tasks":[],"parent":"01KZ00000000000000000000ZZ"}        | /parent                    | not-found
          {"tasks":[],"on_finish":[]}                               | /on_finish                 | wrong-type
          {"tasks":[],"on_finish":{}}                               | /on_finish/type            | required
          {"tasks":[],"on_success":{"type":"a","delay":"1s"}}       | /on_success/delay          | conflict
          {"tasks":[],"on_failure":{"type":"a","unique":{"key":"k"}}} | /on_failure/unique       | conflict
          {"tasks":[],"on_failure":{"type":"a","idempotency_key":"k"}} | /on_failure/idempotency_key | conflict
          """)
  void whatCannotBeIsNamed(String body, String pointer, String code) {
    Answer answer = api.post("/v1/batches", body);
    assertThat(answer.status()).isIn(400, 422);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(answer.at("/errors/0/code")).isEqualTo(code);
  }

  @Test
  void moreThanOneSubmissionMayHaveAreRefused() {
    String many = "{\"type\":\"a\"},".repeat(10_000) + "{\"type\":\"a\"}";
    Answer answer = api.post("/v1/batches", "{\"tasks\":[" + many + "]}");
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo("/tasks");
  }

  @Test
  void theAnswerNamesTasksThatAreNoMembers() {
    String unique = task(1).replace("}", ",\"unique\":{\"key\":\"" + queue + "\"}}");
    Answer created = api.post("/v1/batches", "{\"tasks\":[%s,%s]}".formatted(unique, unique));
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.at("/total")).isEqualTo("1");
    assertThat(created.at("/refused/0/index")).isEqualTo("1");
    assertThat(created.at("/refused/0/error/status")).isEqualTo("409");
    assertThat(created.at("/refused/1")).isNull();
    assertThat(api.get("/v1/batches/" + created.at("/id")).at("/refused")).isNull();
  }
}
