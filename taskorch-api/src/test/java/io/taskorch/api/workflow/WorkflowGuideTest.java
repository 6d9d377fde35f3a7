package io.taskorch.api.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.taskorch.api.Api;
import io.taskorch.api.Api.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Makes the calls of the guide to workflows, and looks at what comes of them. */
@Timeout(120)
class WorkflowGuideTest {

  private static final Path GUIDE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/guides/workflows.md");

  /** A call with its body, or what comes of those before. */
  private static final Pattern EXAMPLE =
      Pattern.compile(
          "^`(POST|PUT) (\\S+)`\n```json\n(.*?)^```$|^```text\n(.*?)^```$",
          Pattern.MULTILINE | Pattern.DOTALL);

  private final Stack stack = Stack.shared();
  private final Api api = stack.api();

  @Test
  void everyExampleDoesWhatItSays() throws IOException {
    String guide = Files.readString(GUIDE);
    String run = "";
    int calls = 0;
    List<String[]> expected = new ArrayList<>();
    for (var example : EXAMPLE.matcher(guide).results().toList()) {
      if (example.group(4) != null) {
        String id = run;
        expected.clear();
        example.group(4).lines().map(line -> line.split("\\s+", 3)).forEach(expected::add);
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() -> assertThat(seen(id, expected)).isEqualTo(lines(expected)));
        continue;
      }
      calls++;
      String path = example.group(2).replace("{run}", run);
      Answer answer =
          api.call(example.group(1), path, example.group(3).getBytes(StandardCharsets.UTF_8));
      assertThat(answer.status()).as("%s: %s", path, answer.text()).isIn(200, 201);
      if (answer.header("Location") != null && answer.at("/state") != null) {
        run = answer.at("/id");
      }
    }
    assertThat(guide.split("```json", -1)).hasSize(calls + 1);
    assertThat(calls).isGreaterThan(12);
  }

  private static List<String> lines(List<String[]> rows) {
    return rows.stream().map(row -> String.join(" ", row)).toList();
  }

  /** What there is of what a table tells. */
  private List<String> seen(String id, List<String[]> table) {
    Answer run = stack.run(id);
    return table.stream()
        .map(
            row ->
                row[0].equals("run")
                    ? "run " + run.at("/state")
                    : seen(run, Stack.stepOf(run, row[0]), row.length))
        .toList();
  }

  private String seen(Answer run, JsonNode step, int words) {
    String name = step.get("name").asText();
    String[] all = {
      name,
      step.get("state").asText(),
      step.has("waiting_for")
          ? step.get("waiting_for").asText()
          : words < 3 ? "" : resultAsSent(stack.task(run, name).text())
    };
    return String.join(" ", Arrays.copyOf(all, words));
  }

  /** The result with every digit of its numbers, without the space between its parts. */
  private static String resultAsSent(String task) {
    var pattern = Pattern.compile("\"result\":(.*),\"worker_id|\"result\":(.*),\"workflow_id");
    var found = pattern.matcher(task);
    if (!found.find()) {
      return "";
    }
    String result = found.group(1) == null ? found.group(2) : found.group(1);
    return result.replaceAll("([:,])\\s+", "$1");
  }
}
