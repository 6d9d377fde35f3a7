package io.taskorch.cli;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** How lines may look: coloured or not, in Unicode or in ASCII alone. */
record Style(boolean colours, boolean unicode) {

  private static final String DIM = "2";
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String CYAN = "36";
  private static final String BOLD = "1";

  /** As the output can show it, and as {@code NO_COLOR} (no-color.org) has it. */
  static Style of(boolean terminal, Charset output, Map<String, String> environment) {
    boolean plain = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Style(terminal && !plain, output.equals(StandardCharsets.UTF_8));
  }

  String dim(String text) {
    return paint(DIM, text);
  }

  String bad(String text) {
    return paint(RED, text);
  }

  String good(String text) {
    return paint(GREEN, text);
  }

  String late(String text) {
    return paint(YELLOW, text);
  }

  String busy(String text) {
    return paint(CYAN, text);
  }

  String bold(String text) {
    return paint(BOLD, text);
  }

  private String paint(String code, String text) {
    return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }

  String tick() {
    return good(unicode ? "✔" : "+");
  }

  String cross() {
    return bad(unicode ? "✘" : "x");
  }

  String arrow() {
    return unicode ? "→" : "->";
  }

  String ellipsis() {
    return unicode ? "…" : "~";
  }

  /** A turning wheel, one position a call. */
  String wheel(long turn) {
    String positions = unicode ? "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏" : "|/-\\";
    return busy(String.valueOf(positions.charAt((int) (turn % positions.length()))));
  }

  String bar(int percent, int width) {
    int full = width * Math.clamp(percent, 0, 100) / 100;
    return busy((unicode ? "█" : "#").repeat(full))
        + dim((unicode ? "░" : ".").repeat(width - full));
  }

  static String duration(Duration time) {
    long millis = Math.max(0, time.toMillis());
    if (millis < 1_000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }
    return millis / 60_000 + " min " + millis / 1_000 % 60 + " s";
  }

  /** Text from elsewhere, in which nothing can move the cursor, change a colour or turn letters. */
  static String harmless(String text) {
    return text.replaceAll("\\p{C}", "?");
  }

  /** How many columns a text takes; letters of the far east take two. */
  static int width(String text) {
    return text.codePoints().map(c -> c < 0x1100 || (c >= 0x2000 && c < 0x2c00) ? 1 : 2).sum();
  }

  /** Cut or filled up to so many columns. */
  String fit(String text, int columns) {
    String kept = text;
    while (width(kept) > columns) {
      int shorter = kept.endsWith(ellipsis()) ? kept.length() - 1 : kept.length();
      kept = kept.substring(0, kept.offsetByCodePoints(shorter, -1)) + ellipsis();
    }
    return kept + " ".repeat(columns - width(kept));
  }
}
