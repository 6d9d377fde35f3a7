package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs that the guide shows do what it says. */
class FlowGuideTest {

  @TempDir private Path folder;

  /** What a program prints. */
  private List<String> run(String name) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        GuideProgram program = GuideProgram.of("flow-by-example.md", name, folder)) {
      System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
      String[] args = {redis.uri().toString()};
      program.type().getMethod("main", String[].class).invoke(null, (Object) args);
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void oneTenantDoesNotStarveAnother() throws Exception {
    assertThat(run("Tenants").indexOf("the only customer")).isBetween(0, 2);
  }

  @Test
  void aPartnerGetsFiveCallsASecond() throws Exception {
    Instant before = Instant.now();
    List<String> printed = run("Partner");
    // Six calls behind the first, 200 ms apart, and all of them half a second late.
    assertThat(Instant.parse(printed.getLast())).isAfter(before.plusMillis(1_700));
  }

  @Test
  void importsOfACustomerRunInOrder() throws Exception {
    assertThat(run("Imports"))
        .filteredOn(line -> line.startsWith("acme"))
        .isEqualTo(IntStream.rangeClosed(1, 10).mapToObj(i -> "acme " + i).toList());
  }

  @Test
  void anIndexIsUpdatedOnceWithTheNewest() throws Exception {
    assertThat(run("SearchIndex"))
        .filteredOn(line -> line.startsWith("product"))
        .containsExactlyInAnyOrder("product 1: Lamp, red", "product 2: Chair");
  }

  @Test
  void aNightEndsWithItsReport() throws Exception {
    assertThat(run("Nightly")).contains("9 of 9 imports have succeeded");
  }
}
