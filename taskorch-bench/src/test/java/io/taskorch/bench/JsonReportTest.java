package io.taskorch.bench;

import static io.taskorch.bench.Figures.cost;
import static io.taskorch.bench.Figures.rate;
import static io.taskorch.bench.Figures.report;
import static io.taskorch.bench.Figures.share;
import static io.taskorch.bench.Figures.yardstick;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReportTest {

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() throws IOException, UsageException {
    Report report =
        report(
            rate("rate", 3.0, 1.0, 2.0),
            cost("cost", 0.5),
            share("share", 1000, 0.4, 0.5),
            yardstick("set", 1e6));
    Path file = folder.resolve("report.json");

    JsonReport.write(report, file);

    assertThat(JsonReport.read(file)).isEqualTo(report);
  }

  @Test
  void otherProgramsFindTheFiguresByName() throws IOException {
    Path file = folder.resolve("report.json");
    JsonReport.write(report(share("share", 1000, 0.4, 0.5)), file);

    JsonNode root = new ObjectMapper().readTree(file.toFile());

    assertThat(root.at("/taskorch").asText()).isEqualTo("1.0");
    assertThat(root.at("/date").asText()).isEqualTo("2026-01-02T03:04:05Z");
    assertThat(root.at("/machine/cores").asInt()).isEqualTo(2);
    assertThat(root.at("/machine/redis").asText()).isEqualTo("7.0.15");
    JsonNode figure = root.at("/figures/0");
    assertThat(figure.path("name").asText()).isEqualTo("share");
    assertThat(figure.path("better").asText()).isEqualTo("higher");
    assertThat(figure.path("median").asDouble()).isEqualTo(1000);
    assertThat(figure.path("ratio").asDouble()).isEqualTo(0.4);
    assertThat(figure.path("goal").asDouble()).isEqualTo(0.5);
    assertThat(figure.path("met").asBoolean()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "[]",
        "{\"figures\":[]}",
        "{\"figures\":[{\"name\":\"x\"}]}",
        "{\"figures\":[{\"benchmark\":\"b\",\"name\":\"x\",\"unit\":\"u\",\"better\":\"sideways\",\"runs\":[1]}]}",
        "{\"figures\":[{\"benchmark\":\"b\",\"name\":\"x\",\"unit\":\"u\",\"better\":\"lower\",\"runs\":[]}]}",
        "{\"figures\":[{\"benchmark\":\"b\",\"name\":\"x\",\"unit\":\"u\",\"better\":\"lower\",\"runs\":[\"1\"]}]}"
      })
  void aFileThatIsNoReportIsRefused(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("baseline.json"), text);

    assertThatThrownBy(() -> JsonReport.read(file))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("baseline.json");
  }
}
