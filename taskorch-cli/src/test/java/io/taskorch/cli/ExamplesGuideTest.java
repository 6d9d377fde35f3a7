package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Does what the guide to the example workflows tells a reader to do. */
class ExamplesGuideTest {

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path GUIDES = ROOT.resolve("docs/guides");

  @TempDir private Path folder;

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    assertThat(
            Pattern.compile("]\\(([^):]+)\\)")
                .matcher(Files.readString(GUIDES.resolve("examples.md")))
                .results()
                .map(link -> GUIDES.resolve(link.group(1))))
        .isNotEmpty()
        .allMatch(Files::exists);
  }

  @Test
  void theThreeWorkflowsRun() throws Exception {
    assumeTrue(
        Stream.of("bash", "curl", "git").allMatch(ExamplesGuideTest::isOnThePath),
        "no bash, curl or git");
    String guide = Files.readString(GUIDES.resolve("examples.md"));
    assertThat(guide).contains("\nTASKORCH_WORKER_SHELL_MODE=any ./taskorch dev\n");
    String script =
        Pattern.compile("^```sh\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(guide)
            .results()
            .map(block -> block.group(1))
            .collect(Collectors.joining("\n"));
    assertThat(script).contains("api=http://127.0.0.1:8080/v1\n");
    Files.createSymbolicLink(folder.resolve("examples"), ROOT.resolve("examples"));

    try (CliProcess dev =
        CliProcess.start(
            folder, Map.of("TASKORCH_WORKER_SHELL_MODE", "any"), "dev", "--port", "0")) {
      Path complaints = folder.resolve("complaints");
      Process reader =
          new ProcessBuilder(
                  "bash",
                  "-euo",
                  "pipefail",
                  "-c",
                  script.replace("http://127.0.0.1:8080/v1", dev.url() + "/v1"))
              .directory(folder.toFile())
              .redirectError(complaints.toFile())
              .start();
      // A call that is refused would have the script wait for ever.
      assertThat(reader.waitFor(120, TimeUnit.SECONDS)).as(() -> dev.err()).isTrue();
      List<String> said =
          new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
      assertThat(reader.exitValue()).as(said + Files.readString(complaints)).isZero();
      // What curl prints has no line's end.
      assertThat(String.join("\n", said))
          .contains("SUCCEEDED\nhello\n", "SUCCEEDED\ncity-480.jpg\ndunes-480.jpg\nlake-480.jpg\n")
          .contains("COMPENSATED\n")
          .doesNotContain("\"errors\"");
    }
  }

  private static boolean isOnThePath(String program) {
    return Pattern.compile(":")
        .splitAsStream(System.getenv().getOrDefault("PATH", ""))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }
}
