package io.taskorch.api.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleControllerTest {

  private static final String TASK = "\"task\":{\"type\":\"report\"}";
  private static final String DAILY = "{\"cron\":\"0 3 * * *\"," + TASK + "}";

  private final Api api = Api.shared();
  private final String name = "s-" + UUID.randomUUID();
  private final String path = "/v1/schedules/" + name;

  private Answer put(String json) {
    return api.put(path, json);
  }

  @Test
  void isMadeOnceAndReadBack() {
    Answer made =
        put(
            """
            {"cron":"0 3 * * 1-5","time_zone":"Europe/Berlin","misfire":"all","misfire_limit":5,
             "overlap":"skip","jitter":"30s","starts_at":"2030-01-01T00:00:00Z",
             "ends_at":"2031-01-01T00:00:00Z","exclude_dates":["2030-12-25"],
             "pause_after_failures":3,
             "task":{"type":"report","payload":{"a":[1.0]},"queue":"q","priority":"high",
                     "retry_policy":{"max_attempts":2},"timeout":"5m","tags":["x"],
                     "metadata":{"k":"v"},"retention":"48h"}}
            """);
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.header("Location")).isEqualTo(path);
    Answer read = api.get(path);
    assertThat(read.text()).isEqualTo(made.text());
    assertThat(read.at("/name")).isEqualTo(name);
    assertThat(read.at("/cron")).isEqualTo("0 3 * * 1-5");
    assertThat(read.at("/time_zone")).isEqualTo("Europe/Berlin");
    assertThat(read.at("/misfire_limit")).isEqualTo("5");
    assertThat(read.at("/overlap")).isEqualTo("skip");
    assertThat(read.at("/jitter")).isEqualTo("30s");
    assertThat(read.at("/exclude_dates/0")).isEqualTo("2030-12-25");
    assertThat(read.at("/next_at")).isEqualTo("2030-01-01T02:00:00Z");
    assertThat(read.text()).contains("\"payload\":{\"a\":[1.0]}");
    assertThat(read.at("/task/retention")).isEqualTo("2d");
    assertThat(read.at("/paused")).isEqualTo("false");
  }

  @Test
  void theSameAgainChangesNothing() {
    Answer made = put(DAILY);
    Answer again = put(DAILY);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.text()).isEqualTo(made.text());
    assertThat(put("{\"every\":\"15m\"," + TASK + "}").at("/every")).isEqualTo("15m");
  }

  @Test
  void isListedAndDeleted() {
    put(DAILY);
    JsonNode first = api.get("/v1/schedules?limit=500").json();
    assertThat(first.at("/schedules").findValuesAsText("name")).contains(name).isSorted();
    assertThat(first.has("next_cursor")).isTrue();
    assertThat(api.delete(path).status()).isEqualTo(204);
    assertThat(api.get(path).status()).isEqualTo(404);
    assertThat(api.delete(path).status()).isEqualTo(404);
    assertThat(api.get("/v1/schedules?cursor=%7B").status()).isEqualTo(400);
  }

  @Test
  void isPausedAndResumed() {
    put(DAILY);
    assertThat(api.post(path + "/pause").at("/paused")).isEqualTo("true");
    assertThat(api.get(path).at("/next_at")).isNull();
    assertThat(put(DAILY).at("/paused")).isEqualTo("true");
    assertThat(api.post(path + "/resume").at("/paused")).isEqualTo("false");
    assertThat(put("{\"paused\":true," + DAILY.substring(1)).at("/paused")).isEqualTo("true");
  }

  @Test
  void isTriggered() {
    put(DAILY);
    Answer task = api.post(path + "/trigger");
    assertThat(task.status()).isEqualTo(201);
    assertThat(task.at("/schedule")).isEqualTo(name);
    assertThat(task.at("/state")).isEqualTo("PENDING");
    assertThat(api.get(task.header("Location")).at("/schedule")).isEqualTo(name);
  }

  @Test
  void fillsAWindowOfThePast() {
    put("{\"cron\":\"0 * * * *\"," + TASK + "}");
    String window = "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-01T05:00:00Z\"}";
    Answer done = api.post(path + "/backfill", window);
    assertThat(done.status()).isEqualTo(200);
    assertThat(done.json().at("/task_ids")).hasSize(5);
    assertThat(done.at("/skipped")).isEqualTo("0");
    Answer tooLarge =
        api.post(
            path + "/backfill",
            "{\"from\":\"2025-01-01T00:00:00Z\",\"to\":\"2026-01-01T05:00:00Z\"}");
    assertThat(tooLarge.status()).isEqualTo(422);
    assertThat(tooLarge.at("/errors/0/pointer")).isEqualTo("/to");
    assertThat(api.post(path + "/backfill", "{}").status()).isEqualTo(400);
  }

  @Test
  void startsAStoredWorkflow() {
    api.put(
        "/v1/workflow-definitions/" + name,
        """
        {"steps":[{"name":"a","task_type":"t"}],"input_schema":{"required":["day"]}}
        """);
    String target = "{\"workflow\":\"" + name + "\",\"version\":1,\"input\":";
    Answer unfit = put("{\"cron\":\"0 * * * *\",\"workflow\":" + target + "{}}}");
    assertThat(unfit.status()).isEqualTo(422);
    assertThat(unfit.at("/errors/0/pointer")).isEqualTo("/workflow/input");
    Answer made = put("{\"cron\":\"0 * * * *\",\"workflow\":" + target + "{\"day\":1}}}");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    assertThat(made.at("/workflow")).isEqualTo(target + "{\"day\":1}}");
    Answer run = api.post(path + "/trigger");
    assertThat(run.status()).isEqualTo(201);
    assertThat(run.at("/name")).isEqualTo(name);
    assertThat(run.at("/steps/0/name")).isEqualTo("a");
    assertThat(run.header("Location")).isEqualTo("/v1/workflows/" + run.at("/id"));
    String window = "{\"from\":\"2026-01-01T00:00:00Z\",\"to\":\"2026-01-01T05:00:00Z\"}";
    Answer done = api.post(path + "/backfill", window);
    assertThat(done.json().at("/workflow_ids")).hasSize(5);
    assertThat(done.json().has("task_ids")).isFalse();
  }

  @Test
  void tellsWhatComes() {
    put("{\"cron\":\"30 2 29 3 *\",\"time_zone\":\"Europe/Berlin\"," + TASK + "}");
    Answer next = api.get(path + "/next?count=3");
    assertThat(next.status()).isEqualTo(200);
    assertThat(next.json().at("/next")).hasSize(3);
    assertThat(next.at("/next/0/local")).matches("20\\d\\d-03-29T0[23]:[03]0:00\\+02:00");
    assertThat(api.get(path + "/next").json().at("/next")).hasSize(10);
    assertThat(api.get(path + "/next?count=0").status()).isEqualTo(400);
    assertThat(api.get("/v1/schedules/none/next").status()).isEqualTo(404);
  }

  @Nested
  class Simulation {

    @Test
    void showsWhatSchedulesWillDo() {
      put("{\"cron\":\"0 * * * *\"," + TASK + "}");
      Answer answer =
          api.post(
              "/v1/schedules/simulate",
              """
              {"names":["%s"],"from":"2030-01-01T00:00:00Z","to":"2030-01-01T06:00:00Z",
               "run_time":"90m",
               "outages":[{"from":"2030-01-01T03:30:00Z","to":"2030-01-01T05:30:00Z"}],
               "schedules":[{"name":"new","cron":"0 */2 * * *","overlap":"skip",%s}]}
              """
                  .formatted(name, TASK));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.at("/complete")).isEqualTo("true");
      assertThat(answer.at("/schedules/0/name")).isEqualTo("new");
      assertThat(answer.at("/schedules/0/counts")).isEqualTo("{\"fired\":3}");
      assertThat(answer.at("/schedules/1/counts")).isEqualTo("{\"fired\":5,\"missed\":1}");
      assertThat(answer.json().at("/schedules/1/instants")).hasSize(6);
      assertThat(answer.json().at("/collisions").findValuesAsText("count"))
          .containsOnly("2")
          .hasSize(3);
    }

    @Test
    void ofEverythingNeedsNoBody() {
      put(DAILY);
      assertThat(api.post("/v1/schedules/simulate").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"from":"2030-01-01T00:00:00Z","to":"2032-01-01T00:00:00Z"} | 422 | /to
            {"from":"2030-01-01T00:00:00Z","to":"2029-01-01T00:00:00Z"} | 422 | /to
            {"names":["none"]}                                          | 422 | /names
            {"schedules":[{"name":"a","cron":"0 0 30 2 *","task":{"type":"t"}}]} | 422 | /schedules/0/cron
            {"schedules":[{"cron":"@daily","task":{"type":"t"}}]}       | 400 | /schedules/0/name
            {"until":"x"}                                               | 400 | /until
            {"outages":[{"from":"soon","to":"2030-01-01T00:00:00Z"}]}   | 400 | /outages/0/from
            """)
    void refusesWhatCannotBe(String body, int status, String pointer) {
      Answer answer = api.post("/v1/schedules/simulate", body);
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.json().at("/errors").findValuesAsText("pointer")).containsExactly(pointer);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"cron":"0 0 30 2 *","task":{"type":"t"}}                   | 422 | /cron      | cron-never-fires
          {"cron":"60 * * * *","task":{"type":"t"}}                   | 422 | /cron      | invalid-cron
          {"cron":"@daily","every":"1m","task":{"type":"t"}}          | 422 | /every     | conflict
          {"task":{"type":"t"}}                                       | 422 | /cron      | required
          {"cron":"@daily"}                                           | 422 | /task      | required
          {"every":"10ms","task":{"type":"t"}}                        | 422 | /every     | out-of-range
          {"every":"soon","task":{"type":"t"}}                        | 400 | /every     | malformed-duration
          {"cron":"@daily","time_zone":"Mars","task":{"type":"t"}}    | 422 | /time_zone | unknown-zone
          {"cron":"@daily","misfire":"never","task":{"type":"t"}}     | 422 | /misfire   | unknown-value
          {"cron":"@daily","misfire_limit":3,"task":{"type":"t"}}     | 422 | /misfire_limit | conflict
          {"cron":"@daily","overlap":"queue_all","task":{"type":"t"}} | 422 | /overlap   | unknown-value
          {"cron":"@daily","jitter":"-1s","task":{"type":"t"}}        | 422 | /jitter    | out-of-range
          {"cron":"@daily","exclude_dates":["25.12."],"task":{"type":"t"}} | 400 | /exclude_dates | malformed-date
          {"cron":"@daily","task":{"type":"t","delay":"1s"}}          | 422 | /task/delay | not-allowed
          {"cron":"@daily","task":{"type":"t t"}}                     | 422 | /task/type | invalid-name
          {"cron":"@daily","task":{"type":"t","colour":1}}            | 400 | /task/colour | unknown-field
          {"cron":"@daily","workflow":{"workflow":"none"}}            | 422 | /workflow/workflow | not-found
          {"cron":"@daily","workflow":{"workflow":"a b"}}             | 422 | /workflow/workflow | invalid-name
          {"cron":"@daily","workflow":{"version":1}}                  | 400 | /workflow/workflow | required
          {"cron":"@daily","workflow":{"workflow":"w","steps":[]}}    | 400 | /workflow/steps | unknown-field
          {"cron":"@daily","workflow":{"workflow":"w"},"task":{"type":"t"}} | 422 | /workflow | conflict
          {"cron":"@daily","when":"x","task":{"type":"t"}}            | 400 | /when      | unknown-field
          {"name":"other","cron":"@daily","task":{"type":"t"}}        | 422 | /name      | conflict
          """)
  void refusesWhatCannotBe(String body, int status, String pointer, String code) {
    Answer answer = put(body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.json().at("/errors")).hasSize(1);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
    assertThat(answer.at("/errors/0/code")).isEqualTo(code);
    assertThat(api.get(path).status()).isEqualTo(404);
  }

  @Test
  void aNameThatCannotBeIsRefused() {
    Answer answer = api.put("/v1/schedules/a%20b", DAILY);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo("/name");
    assertThat(api.get("/v1/schedules/a%20b").status()).isEqualTo(404);
  }
}
