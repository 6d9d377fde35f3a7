package io.taskorch.api.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import io.taskorch.api.HttpWorker;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskListTest {

  private final Api api = Api.shared();
  private final String queue = "q-" + UUID.randomUUID();
  private final HttpWorker worker = new HttpWorker(api, queue);

  private String submit(String type, String fields) {
    return api.submit("{\"type\":\"" + type + "\",\"queue\":\"" + queue + "\"" + fields + "}");
  }

  private List<String> ids(String query) {
    Answer answer = api.get("/v1/tasks?queue=" + queue + query);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().has("next_cursor")).isTrue();
    return answer.json().at("/tasks").findValuesAsText("id");
  }

  @Test
  void goesByStateInTheOrderAsked() {
    String failed = submit("a", "");
    worker.say(worker.claimOne(), "fail", "{\"error\":{\"message\":\"x\"},\"retryable\":false}");
    String running = submit("a", "");
    worker.claimOne();
    String low = submit("a", ",\"priority\":\"low\"");
    String high = submit("b", ",\"priority\":\"high\"");
    String later = submit("a", ",\"delay\":\"2h\"");
    String sooner = submit("a", ",\"delay\":\"1h\"");

    assertThat(ids("&state=PENDING")).containsExactly(high, low);
    assertThat(ids("&state=SCHEDULED")).containsExactly(sooner, later);
    assertThat(ids("&state=SCHEDULED&sort=reverse")).containsExactly(later, sooner);
    assertThat(ids("&state=RUNNING,FAILED,PENDING")).containsExactly(running, failed, high, low);
    assertThat(ids("")).containsExactlyInAnyOrder(failed, running, low, high, later, sooner);
    assertThat(ids("&state=PENDING&type=a")).containsExactly(low);
  }

  @Test
  void filtersByTagGroupAndTime() {
    String tagged = submit("a", ",\"tags\":[\"blue\"],\"group\":\"tenant-7\"");
    String plain = submit("a", "");
    assertThat(ids("&state=PENDING&tag=blue")).containsExactly(tagged);
    assertThat(ids("&state=PENDING&group=tenant-7")).containsExactly(tagged);
    assertThat(ids("&group=tenant-8")).isEmpty();
    assertThat(ids("&created_after=2020-01-01T00:00:00Z")).containsExactly(tagged, plain);
    assertThat(ids("&created_after=2099-01-01T00:00:00%2B01:00")).isEmpty();
    assertThat(ids("&created_before=2020-01-01T00:00:00Z")).isEmpty();
  }

  @Test
  void goesThroughAllPagesOnce() {
    List<String> submitted = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      submitted.add(submit("a", ""));
    }
    List<String> seen = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    while (cursor != null) {
      Answer page =
          api.get(
              "/v1/tasks?state=PENDING&limit=3&queue="
                  + queue
                  + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
      seen.addAll(page.json().at("/tasks").findValuesAsText("id"));
      cursor = page.json().at("/next_cursor").textValue();
      pages++;
    }
    assertThat(seen).containsExactlyElementsOf(submitted);
    assertThat(pages).isBetween(3, 4);
  }

  @Test
  void namesFiftyUnlessAskedForMore() {
    String task = "{\"type\":\"a\",\"queue\":\"" + queue + "\"}";
    api.post("/v1/tasks/batch", "{\"tasks\":[" + (task + ",").repeat(59) + task + "]}");
    assertThat(ids("&state=PENDING")).hasSize(50);
    assertThat(ids("&state=PENDING&limit=500")).hasSize(60);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "state=DONE                  | /state",
        "state=pending               | /state",
        "state=PENDING,              | /state",
        "state=                      | /state",
        "state=BLOCKED               | /workflow_id",
        "workflow_id=x               | /workflow_id",
        "limit=0                     | /limit",
        "limit=501                   | /limit",
        "limit=ten                   | /limit",
        "limit=99999999999999999999  | /limit",
        "sort=up                     | /sort",
        "queue=a%20b                 | /queue",
        "type=%7B                    | /type",
        "tag=                        | /tag",
        "created_after=yesterday     | /created_after",
        "created_before=1            | /created_before",
        "cursor=nonsense             | /cursor",
        "cursor=%00                  | /cursor",
        "group=a%20b                 | /group",
        "stat=PENDING                | /stat",
        "limit=1&limit=2             | /limit",
      })
  void refusesWhatItCannotAsk(String query, String pointer) {
    Answer answer = api.get("/v1/tasks?" + query);
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer);
  }
}
