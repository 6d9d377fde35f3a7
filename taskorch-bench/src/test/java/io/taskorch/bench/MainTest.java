package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.testing.EmbeddedRedis;
import io.taskorch.testing.RawRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(@Nullable String redis, String... args) throws Exception {
    return Main.run(args, redis, new PrintStream(out, true), new PrintStream(err, true));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void anUnknownBenchmarkIsOneLineWithThoseThatThereAre() throws Exception {
    assertThat(run(null, "--only", "drain,nothing")).isEqualTo(2);

    assertThat(err().lines())
        .singleElement()
        .asString()
        .contains("\"nothing\"")
        .contains("ceiling, enqueue, drain");
    assertThat(out()).isEmpty();
  }

  @Test
  void theHelpNamesEveryOptionAndBenchmark() {
    String help = String.join("\n", Main.help());

    assertThat(help).contains("--only", "--runs", "--tasks", "--json", "--check", "--doc");
    assertThat(Suite.everything(1000))
        .allSatisfy(
            benchmark ->
                assertThat(help)
                    .containsPattern(" " + benchmark.name() + " +" + benchmark.description()));
  }

  @Test
  void aBaselineThatCannotBeReadIsToldBeforeAnythingIsMeasured() throws Exception {
    Path file = Files.writeString(folder.resolve("baseline.json"), "{}");

    assertThat(run(null, "--check", file.toString())).isEqualTo(2);

    assertThat(err().lines()).singleElement().asString().contains("baseline.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "here",
        "redis://user:secret@127.0.0.1:6379",
        "redis://127.0.0.1:6379/3",
        "rediss://127.0.0.1:6379",
        "127.0.0.1",
        ":::",
        "",
        "192.0.2.1:6379"
      })
  void anAddressThatIsNotForBenchmarksIsRefusedAndNotEchoed(String address) throws Exception {
    assertThat(run(address, "--only", "memory")).isEqualTo(2);

    assertThat(err().lines())
        .singleElement()
        .asString()
        .contains("TASKORCH_REDIS_ADDR")
        .doesNotContain("secret");
  }

  @Test
  void aRedisThatHoldsKeysIsRefusedAndLeftAlone() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        RawRedis raw = RawRedis.connect(redis.uri())) {
      raw.call("SET", "precious", "1");

      assertThat(run("127.0.0.1:" + redis.port(), "--only", "memory")).isEqualTo(2);

      assertThat(err().lines()).singleElement().asString().contains("holds keys");
      assertThat(raw.text("GET", "precious")).isEqualTo("1");
    }
  }

  @Test
  void figuresAreWrittenAndComparedWithThoseOfBefore() throws Exception {
    Path json = folder.resolve("figures.json");
    String[] tiny = {"--only", "memory", "--tasks", "1000", "--runs", "1"};

    assertThat(run(null, "--only", "memory", "--tasks", "1000", "--runs", "1", "--json", "" + json))
        .isZero();
    assertThat(out()).contains("memory per waiting task");
    Report report = JsonReport.read(json);
    assertThat(report.figures()).extracting(Figure::benchmark).containsOnly("memory");

    Path better = folder.resolve("better.json");
    JsonReport.write(
        new Report(
            report.version(),
            report.date(),
            report.machine(),
            report.tasks(),
            report.figures().stream().map(MainTest::halved).toList()),
        better);
    assertThat(
            run(null, tiny[0], tiny[1], tiny[2], tiny[3], tiny[4], tiny[5], "--check", "" + better))
        .isEqualTo(1);
    assertThat(out()).contains("fell by more than a tenth:");
  }

  private static Figure halved(Figure figure) {
    return new Figure(
        figure.benchmark(),
        figure.name(),
        figure.unit(),
        figure.better(),
        figure.runs().stream().map(run -> run / 2).toList(),
        figure.of(),
        figure.ratios(),
        figure.goal(),
        figure.yardstick());
  }
}
