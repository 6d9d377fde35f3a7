package io.taskorch.api.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Unique keys over REST. */
class UniqueTaskTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();
  private final String key = UUID.randomUUID().toString();

  private Answer submit(String payload, String more) {
    return api.post("/v1/tasks", body(payload, more));
  }

  private String body(String payload, String more) {
    return """
    {"type":"a","queue":"%s","payload":%s,"unique":{"key":"%s"%s}}
    """
        .formatted(queue, payload, key, more);
  }

  @Test
  void anotherOneIsAConflictThatNamesTheHolder() {
    Answer holder = submit("1", "");
    assertThat(holder.status()).isEqualTo(201);
    assertThat(holder.at("/unique/key")).isEqualTo(key);
    assertThat(holder.at("/unique/until")).isEqualTo("finish");
    assertThat(holder.at("/unique/on_conflict")).isEqualTo("reject");
    Answer other = submit("2", "");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.at("/type")).endsWith("unique-conflict");
    assertThat(other.at("/id")).isEqualTo(holder.at("/id"));
    api.delete("/v1/tasks/" + holder.at("/id"));
    assertThat(submit("3", "").status()).isEqualTo(201);
  }

  @Test
  void theHolderStandsForAnotherOneAndMayTakeItsPayload() {
    String id = submit("1", "").at("/id");
    Answer returned = submit("2", ",\"on_conflict\":\"return\"");
    assertThat(returned.status()).isEqualTo(200);
    assertThat(returned.at("/id")).isEqualTo(id);
    assertThat(returned.at("/payload")).isEqualTo("1");
    Answer replaced = submit("[1]", ",\"on_conflict\":\"replace\"");
    assertThat(replaced.status()).isEqualTo(200);
    assertThat(replaced.at("/id")).isEqualTo(id);
    assertThat(replaced.at("/payload")).isEqualTo("[1]");
  }

  @Test
  void aRowOfABatchIsAnsweredForItself() {
    Answer answer =
        api.post("/v1/tasks/batch", "{\"tasks\":[%s,%s]}".formatted(body("1", ""), body("2", "")));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.at("/tasks/0/id")).hasSize(26);
    assertThat(answer.at("/tasks/1/error/type")).endsWith("unique-conflict");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                 | /unique/key         | required
          {"key":""}                                         | /unique/key         | out-of-range
          {"key":1}                                          | /unique/key         | wrong-type
          {"key":"k","until":"never"}                        | /unique/until       | unknown-value
          {"key":"k","until":"ttl"}                          | /unique/ttl         | required
          {"key":"k","ttl":"1m"}                             | /unique/ttl         | conflict
          {"key":"k","until":"ttl","ttl":"0s"}               | /unique/ttl         | out-of-range
          {"key":"k","until":"ttl","ttl":"101d"}             | /unique/ttl         | out-of-range
          {"key":"k","max_wait":"1m"}                        | /unique/max_wait    | conflict
          {"key":"k","on_conflict":"wait"}                   | /unique/on_conflict | unknown-value
          {"key":"k","on_conflict":"replace","max_wait":"x"} | /unique/max_wait    | malformed-duration
          {"key":"k","scope":"queue"}                        | /unique/scope       | unknown-field
          """)
  void whatCannotBeIsNamed(String unique, String pointer, String code) {
    Answer answer = api.post("/v1/tasks", "{\"type\":\"a\",\"unique\":" + unique + "}");
    assertThat(answer.status()).isIn(400, 422);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(answer.at("/errors/0/code")).isEqualTo(code);
  }
}
