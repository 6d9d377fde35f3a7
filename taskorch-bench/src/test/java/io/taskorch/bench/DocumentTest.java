package io.taskorch.bench;

import static io.taskorch.bench.Figures.report;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class DocumentTest {

  private static final Benchmark CEILING = new Ceiling();

  private static Figure of(String name, boolean yardstick, List<Double> ratios, String of) {
    return new Figure(
        CEILING.name(),
        name,
        "tasks/s",
        Better.HIGHER,
        List.of(100.0),
        of,
        ratios,
        ratios.isEmpty() ? null : 0.5,
        yardstick);
  }

  @TempDir Path folder;

  @Test
  void thePageHoldsEveryFigureAndTheMachine() throws Exception {
    Path made = folder.resolve("made/guides");
    Document.write(
        report(of("raw", true, List.of(), null), of("share", false, List.of(0.4), "raw")),
        List.of(CEILING),
        made);

    assertThat(made.resolve("figures.md"))
        .content()
        .contains("2 cores, Linux amd64, a JVM 25, Redis 7.0.15")
        .contains("2026-01-02T03:04:05Z")
        .contains("| raw | 100 tasks/s | 100 to 100 |  |  |")
        .contains(
            "| share | 100 tasks/s | 100 to 100 | 40 % of raw | ≥ 50 %: not met, 80 % of it |")
        .contains("figures.svg");
    assertThat(Files.exists(made.resolve("figures.svg"))).isTrue();
  }

  @Test
  void theChartHasABarForEachShareOfAYardstick() throws Exception {
    String svg =
        Chart.of(
            report(
                of("raw", true, List.of(), null),
                of("a & b < c", false, List.of(1.7), "raw"),
                of("of something else", false, List.of(0.3), "a & b < c")));

    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    assertThat(document.getDocumentElement().getTextContent())
        .contains("a & b < c")
        .contains("170 %")
        .doesNotContain("of something else");
  }
}
