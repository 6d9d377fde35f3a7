package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.examples.Samples;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.workflow.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what the README tells a reader to do. */
class ReadmeTest {

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Duration LONGEST = Duration.ofMinutes(2);

  @TempDir private Path folder;

  /** A block of the README and what follows it on its first line. */
  private static List<String> blocks(String language) throws IOException {
    Matcher fence =
        Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("README.md")));
    return fence.results().map(block -> block.group(1)).toList();
  }

  @Test
  void namesNoCommandThatIsNotTried() throws IOException {
    List<String> commands =
        blocks("sh").stream()
            .filter(block -> !block.contains("curl"))
            .flatMap(String::lines)
            .map(line -> line.replaceFirst(" *#.*", ""))
            .toList();

    // DemoTest and DevTest start the launcher's two; the third is what runs this test.
    assertThat(commands).containsExactly("./taskorch demo", "mvn verify", "./taskorch dev");
    assertThat(blocks("sh")).filteredOn(block -> block.contains("curl")).hasSize(1);
    assertThat(blocks("java")).hasSize(1);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Matcher link =
        Pattern.compile("]\\(([^):]+)\\)").matcher(Files.readString(ROOT.resolve("README.md")));

    assertThat(link.results().map(found -> ROOT.resolve(found.group(1))))
        .isNotEmpty()
        .allMatch(Files::exists);
  }

  @Test
  void theEmbeddedExampleRuns() throws Exception {
    String source = blocks("java").getFirst();
    Path picture = folder.resolve("lake.jpg");
    try (InputStream sample = Samples.open("lake.jpg")) {
      Files.copy(sample, picture);
    }
    try (EmbeddedRedis redis = EmbeddedRedis.start()) {
      Path file = folder.resolve("Thumbnails.java");
      Files.writeString(
          file, source.replace("localhost:6379", "localhost:" + redis.uri().getPort()));
      String classPath = System.getProperty("java.class.path");
      int compiled =
          ToolProvider.getSystemJavaCompiler()
              .run(null, null, null, "-cp", classPath, "-d", folder.toString(), file.toString());
      assertThat(compiled).isZero();

      Process program =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  folder + ":" + classPath,
                  "Thumbnails",
                  picture.toUri().toString())
              .redirectError(folder.resolve("err").toFile())
              .start();
      String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(program.exitValue()).as(Files.readString(folder.resolve("err"))).isZero();
      assertThat(out.lines().toList()).contains("Thumb[width=320, height=240]");
    }
  }

  @Test
  void theCallsAnswerAsTheyShould() throws Exception {
    assumeTrue(onThePath("curl") && onThePath("bash"), "no curl or bash");
    String script =
        blocks("sh").stream().filter(block -> block.contains("curl")).findFirst().orElseThrow();
    assertThat(script).contains("api=http://127.0.0.1:8080/v1\n");

    try (CliProcess dev = CliProcess.start(folder, "dev", "--port", "0")) {
      String api = dev.url() + "/v1";
      Path calls = folder.resolve("calls");
      Path curlrc = folder.resolve(".curlrc");
      // What each call was answered with, those too whose answer goes into a variable.
      Files.writeString(curlrc, "write-out = \"%{stderr}%{http_code} %{url_effective}\\n\"");
      String run =
          script.replace("http://127.0.0.1:8080/v1", api) + "\necho \"\\\"$task $run $nap\\\"\"";
      ProcessBuilder bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", run);
      bash.environment().put("CURL_HOME", folder.toString());
      Process reader = bash.redirectError(calls.toFile()).start();
      List<JsonNode> answers = new ArrayList<>();
      try (MappingIterator<JsonNode> read =
          new ObjectMapper().readerFor(JsonNode.class).readValues(reader.getInputStream())) {
        read.forEachRemaining(answers::add);
      }
      assertThat(reader.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(reader.exitValue()).as(Files.readString(calls)).isZero();

      String[] ids = answers.removeLast().asText().split(" ");
      String task = ids[0];
      String workflow = ids[1];
      String nap = ids[2];
      assertThat(Files.readString(calls).replace(api, "").lines())
          .containsExactly(
              "201 /tasks",
              "200 /tasks",
              "200 /tasks/" + task + "/result?wait=30s",
              "200 /tasks/" + task,
              "200 /tasks?state=SUCCEEDED,FAILED&limit=10",
              "201 /workflows",
              "200 /workflows/" + workflow,
              "201 /tasks",
              "200 /tasks/" + nap,
              "409 /tasks/" + task);

      JsonNode submitted = answers.get(0);
      assertThat(submitted.path("id").asText()).isEqualTo(task).hasSize(26);
      assertThat(submitted.path("priority").asText()).isEqualTo("high");
      assertThat(submitted.path("retry_policy").path("max_attempts").asInt()).isEqualTo(5);
      assertThat(answers.get(1).path("state").asText()).isEqualTo("SUCCEEDED");
      assertThat(answers.get(1).path("result")).hasToString("{\"hello\":\"world\"}");
      assertThat(answers.get(2).path("id").asText()).isEqualTo(task);
      assertThat(answers.get(2).path("state").asText()).isEqualTo("SUCCEEDED");
      assertThat(answers.get(3).path("tasks"))
          .singleElement()
          .satisfies(row -> assertThat(row.path("id").asText()).isEqualTo(task));
      assertThat(answers.get(4).path("id").asText()).isEqualTo(workflow);
      assertThat(answers.get(4).path("steps"))
          .extracting(step -> step.path("name").asText())
          .containsExactly("download", "resize", "upload");
      JsonNode cancelled = answers.get(5);
      assertThat(cancelled.path("id").asText()).isEqualTo(nap);
      assertThat(
              cancelled.path("state").asText().equals("CANCELLED")
                  || cancelled.path("cancel_requested").asBoolean())
          .isTrue();
      assertThat(answers.get(6).path("status").asInt()).isEqualTo(409);

      try (ApiClient client = new ApiClient(dev.url())) {
        await().atMost(LONGEST).until(() -> client.task(nap).state() == TaskState.CANCELLED);
        await()
            .atMost(LONGEST)
            .until(() -> client.workflow(workflow).state() == RunState.SUCCEEDED);
      }
      assertThat(folder.resolve("taskorch-images/thumbnails/lake-320.jpg")).exists();
    }
  }

  private static boolean onThePath(String program) {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }
}
