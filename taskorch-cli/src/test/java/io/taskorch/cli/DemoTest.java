package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {

  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final String ESCAPE = "\u001b";

  @TempDir private Path folder;

  @Test
  void onesOwnPicturesGoThroughWhileWhatIsNoneFailsClearly() throws IOException {
    jpeg("beach.jpg", 1800, 1200);
    jpeg("sub/beach.jpg", 400, 800);
    Files.writeString(folder.resolve("notes.jpg"), "remember the milk");
    Files.createDirectory(folder.resolve("album"));
    try (RandomAccessFile huge = new RandomAccessFile(folder.resolve("huge.jpg").toFile(), "rw")) {
      huge.setLength(1L << 33);
    }

    try (CliProcess demo =
        CliProcess.start(
            folder,
            "demo",
            "beach.jpg",
            "notes.jpg",
            folder.resolve("sub/beach.jpg").toString(),
            "album",
            "missing.jpg",
            "huge.jpg")) {
      assertThat(demo.exitCode(LONGEST)).isEqualTo(1);

      String out = demo.out();
      assertThat(out)
          .contains("small, medium, large: not an image: notes.jpg")
          .contains("download: a folder, not a file: " + folder.resolve("album"))
          .contains("download: no such file: " + folder.resolve("missing.jpg"))
          .contains("download: larger than 64 MiB: " + folder.resolve("huge.jpg"))
          .contains("2 of 6 runs succeeded")
          .doesNotContain(ESCAPE);
      assertThat(demo.err()).isEmpty();
      assertNothingIsLeftRunning(demo);
    }

    Path results = results();
    assertThat(width(results.resolve("beach/beach-320.jpg"))).isEqualTo(320);
    assertThat(width(results.resolve("beach/beach-800.jpg"))).isEqualTo(800);
    assertThat(width(results.resolve("beach/beach-1600.jpg"))).isEqualTo(1600);
    assertThat(width(results.resolve("beach-2/beach-320.jpg"))).isEqualTo(320);
    assertThat(width(results.resolve("beach-2/beach-1600.jpg"))).isEqualTo(400);
    assertThat(names(results)).containsExactly("beach", "beach-2", "demo.log");
  }

  @Test
  void theSamplesGoThroughWithoutAnyArgument() throws IOException {
    try (CliProcess demo = CliProcess.start(folder, "demo")) {
      assertThat(demo.exitCode(LONGEST)).as(demo.out() + demo.err()).isZero();

      assertThat(demo.out())
          .contains("lake.jpg: download ", "lake.jpg: upload ", "3 of 3 runs succeeded")
          .contains("results  " + results())
          .doesNotContain("log  ");
      assertThat(demo.err()).isEmpty();
    }
    assertThat(names(results())).containsExactly("city", "dunes", "lake");
    assertThat(names(results().resolve("lake")))
        .containsExactly("lake-1600.jpg", "lake-320.jpg", "lake-800.jpg");
  }

  @Test
  void aScreenShowsEveryRunOnceInTheEnd() throws IOException {
    List<String> arguments = new ArrayList<>(List.of("demo"));
    for (int i = 1; i <= 12; i++) {
      jpeg("picture" + i + ".jpg", 320, 200);
      arguments.add("picture" + i + ".jpg");
    }
    List<String> screenOfTenRows =
        List.of("-Dtaskorch.columns=90", "-Dtaskorch.rows=10", "-Dstdout.encoding=UTF-8");

    try (CliProcess demo =
        CliProcess.start(folder, screenOfTenRows, arguments.toArray(String[]::new))) {
      assertThat(demo.exitCode(LONGEST)).as(demo.out() + demo.err()).isZero();

      List<String> screen = Screen.after(demo.out());
      for (String name : arguments.subList(1, arguments.size())) {
        assertThat(screen).filteredOn(line -> line.startsWith("✔ " + name + " ")).hasSize(1);
      }
      assertThat(screen).filteredOn(line -> line.contains("download")).hasSize(1);
      assertThat(screen).noneMatch(line -> line.contains("%") || line.contains("more"));
      assertThat(screen).anyMatch(line -> line.startsWith("12 of 12 runs succeeded"));
    }
  }

  @Test
  void sigtermEndsItInGoodOrder() throws IOException {
    jpeg("large.jpg", 7000, 7000);
    try (CliProcess demo =
        CliProcess.start(folder, "demo", "large.jpg", "large.jpg", "large.jpg", "large.jpg")) {
      await().atMost(LONGEST).until(() -> demo.out().contains("download "));

      demo.signal("TERM");

      assertThat(demo.exitCode(Duration.ofSeconds(20))).isEqualTo(143);
      assertThat(demo.err()).isEmpty();
      assertNothingIsLeftRunning(demo);
    }
    assertThat(names(results())).doesNotContain(".work");
  }

  private static void assertNothingIsLeftRunning(CliProcess demo) {
    assertThat(demo.handle().descendants()).isEmpty();
  }

  private Path results() throws IOException {
    try (Stream<Path> demos = Files.list(folder.resolve("taskorch-demo"))) {
      return demos.findFirst().orElseThrow();
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static int width(Path picture) throws IOException {
    return ImageIO.read(picture.toFile()).getWidth();
  }

  private void jpeg(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = image.createGraphics();
    pen.setColor(Color.ORANGE);
    pen.fillOval(0, 0, width, height);
    pen.dispose();
    ImageIO.write(image, "jpg", file.toFile());
  }

  /** What a terminal shows after all that was written to it, colours left out. */
  private static final class Screen {
    private final List<StringBuilder> lines = new ArrayList<>(List.of(new StringBuilder()));
    private int row;
    private int column;

    static List<String> after(String output) {
      Screen screen = new Screen();
      for (int i = 0; i < output.length(); i++) {
        if (output.startsWith(ESCAPE + "[", i)) {
          int end = i + 2;
          while (!Character.isLetter(output.charAt(end))) {
            end++;
          }
          screen.command(output.substring(i + 2, end), output.charAt(end));
          i = end;
        } else {
          screen.write(output.charAt(i));
        }
      }
      return screen.lines.stream().map(line -> line.toString().stripTrailing()).toList();
    }

    private void command(String number, char letter) {
      switch (letter) {
        case 'F' -> {
          row -= Integer.parseInt(number);
          column = 0;
        }
        case 'K' -> lines.get(row).setLength(column);
        case 'J' -> {
          lines.get(row).setLength(column);
          lines.subList(row + 1, lines.size()).clear();
        }
        case 'm', 'h', 'l' -> {}
        default -> throw new AssertionError("unknown to this screen: " + letter);
      }
    }

    private void write(char letter) {
      if (letter == '\n') {
        row++;
        column = 0;
        if (row == lines.size()) {
          lines.add(new StringBuilder());
        }
        return;
      }
      StringBuilder line = lines.get(row);
      while (line.length() <= column) {
        line.append(' ');
      }
      line.setCharAt(column++, letter);
    }
  }
}
