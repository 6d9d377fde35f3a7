package io.taskorch.bench;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A bar for each share of the ceiling, as an SVG picture. */
final class Chart {

  private static final int WIDTH = 930;
  private static final int BARS_AT = 380;
  private static final int BARS_WIDTH = 470;
  private static final int ROW = 26;
  private static final int BAR = 16;
  private static final int TOP = 70;
  private static final int BOTTOM = 20;
  private static final int LABEL = 44;

  private final StringBuilder svg = new StringBuilder();
  private final List<Figure> figures;
  private final double most;
  private final int height;

  private Chart(List<Figure> figures) {
    this.figures = figures;
    this.most = Math.max(1, figures.stream().mapToDouble(Figure::decisive).max().orElse(1));
    this.height = TOP + figures.size() * ROW + BOTTOM;
  }

  /** The figures that are compared to a yardstick. */
  static String of(Report report) {
    Set<String> yardsticks =
        report.figures().stream()
            .filter(Figure::yardstick)
            .map(Figure::name)
            .collect(Collectors.toSet());
    List<Figure> shares =
        report.figures().stream()
            .filter(figure -> figure.of() != null && yardsticks.contains(figure.of()))
            .toList();
    return new Chart(shares).draw();
  }

  private String draw() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        WIDTH, height, WIDTH, height);
    add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
    add(
        "<text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"bold\" fill=\"#1a202c\">%s</text>",
        "Share of the raw ceiling of the same Redis and run");
    legend();
    for (int quarter = 0; quarter * 0.25 <= most; quarter++) {
      gridLine(quarter * 0.25);
    }
    for (int i = 0; i < figures.size(); i++) {
      bar(figures.get(i), TOP + i * ROW);
    }
    add("</svg>");
    return svg.toString();
  }

  private void legend() {
    int x = BARS_AT + 270;
    add("<rect x=\"%d\" y=\"16\" width=\"14\" height=\"12\" fill=\"%s\"/>", x, color(true));
    add("<text x=\"%d\" y=\"27\" fill=\"#4a5568\">median</text>", x + 20);
    add("<rect x=\"%d\" y=\"16\" width=\"14\" height=\"12\" fill=\"%s\"/>", x + 80, color(false));
    add("<text x=\"%d\" y=\"27\" fill=\"#4a5568\">below its goal</text>", x + 100);
    add(
        "<path d=\"M%d 14v16\" stroke=\"#1a202c\" stroke-width=\"2\"/>"
            + "<text x=\"%d\" y=\"27\" fill=\"#4a5568\">goal</text>",
        x + 206, x + 214);
  }

  private static String color(boolean reachesGoal) {
    return reachesGoal ? "#3182ce" : "#dd6b20";
  }

  private void gridLine(double share) {
    int x = x(share);
    add(
        "<path d=\"M%d %dV%d\" stroke=\"#e2e8f0\"/>"
            + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"#718096\">%s</text>",
        x, TOP - 6, height - BOTTOM, x, TOP - 12, Words.percent(share));
  }

  private void bar(Figure figure, int y) {
    int end = x(figure.decisive());
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" fill=\"#1a202c\">%s</text>",
        BARS_AT - 10, y + BAR - 3, escaped(figure.name()));
    add(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>",
        BARS_AT, y, Math.max(1, end - BARS_AT), BAR, color(figure.reachesGoal()));
    int label = end + 6;
    if (figure.goal() != null) {
      int goal = x(figure.goal());
      add("<path d=\"M%d %dv%d\" stroke=\"#1a202c\" stroke-width=\"2\"/>", goal, y - 3, BAR + 6);
      boolean underTheMark = label - 6 < goal && goal < label + LABEL;
      label = underTheMark ? goal + 6 : label;
    }
    add(
        "<text x=\"%d\" y=\"%d\" fill=\"#1a202c\">%s</text>",
        label, y + BAR - 3, Words.percent(figure.decisive()));
  }

  private int x(double share) {
    return BARS_AT + (int) Math.round(BARS_WIDTH * share / most);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void add(String line, Object... arguments) {
    svg.append(String.format(Locale.ROOT, line, arguments)).append('\n');
  }
}
