package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StyleTest {

  private final Style plain = new Style(false, true);

  @Test
  void noColourWhereItIsNotWished() {
    Style style = Style.of(true, StandardCharsets.UTF_8, Map.of("NO_COLOR", "1"));

    assertThat(style.bad("no") + style.tick() + style.bar(50, 4)).isEqualTo("no✔██░░");
  }

  @Test
  void noColourInAFile() {
    assertThat(Style.of(false, StandardCharsets.UTF_8, Map.of()).colours()).isFalse();
    assertThat(Style.of(true, StandardCharsets.UTF_8, Map.of("NO_COLOR", "")).colours()).isTrue();
  }

  @Test
  void asciiWhereThereIsNothingElse() {
    Style style = Style.of(false, StandardCharsets.US_ASCII, Map.of());

    String all =
        style.tick() + style.cross() + style.wheel(3) + style.bar(50, 4) + style.fit("aaa", 2);

    assertThat(all).isEqualTo("+x\\##..a~");
  }

  @Test
  void textFromElsewhereCannotMoveTheCursor() {
    assertThat(Style.harmless("a\u001b[2J\rb\u202ec\nd")).isEqualTo("a?[2J?b?c?d");
  }

  @ParameterizedTest
  @CsvSource({"beach, 7, 'beach  '", "beach, 4, 'bea…'", "沙滩沙滩, 6, '沙滩… '", "'', 2, '  '"})
  void fillsOrCutsByColumns(String text, int columns, String expected) {
    assertThat(plain.fit(text, columns)).isEqualTo(expected);
    assertThat(Style.width(expected)).isEqualTo(columns);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 ms",
    "999, 999 ms",
    "1000, 1.0 s",
    "59940, 59.9 s",
    "60000, 1 min 0 s",
    "-5, 0 ms"
  })
  void durationsAreShort(long millis, String expected) {
    assertThat(Style.duration(Duration.ofMillis(millis))).isEqualTo(expected);
  }
}
