package io.taskorch.bench;

import java.util.Locale;

/** Figures as people read them. */
final class Words {

  private Words() {}

  /** With so many digits as say something. */
  static String number(double value) {
    double size = Math.abs(value);
    boolean whole = size >= 100 || value == Math.rint(value);
    int decimals = whole ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  static String percent(double share) {
    // A goal that is missed by a hair must not read as reached.
    boolean near = share > 0.99 && share < 1.01 && share != 1;
    return String.format(Locale.ROOT, near ? "%.1f %%" : "%.0f %%", 100 * share);
  }

  /** The median of the values. */
  static String value(Figure figure) {
    return number(figure.median());
  }

  static String spread(Figure figure) {
    return number(figure.least()) + " to " + number(figure.most());
  }

  /** {@code 43 % of raw enqueue}; empty when it is compared to nothing. */
  static String ratio(Figure figure) {
    return figure.isRatio() ? percent(figure.decisive()) + " of " + figure.of() : "";
  }

  /** {@code ≥ 50 %: met}; empty without a goal. */
  static String goal(Figure figure) {
    Double goal = figure.goal();
    if (goal == null) {
      return "";
    }
    String bound =
        switch (figure.better()) {
          case HIGHER -> "≥ ";
          case LOWER -> "≤ ";
        };
    String limit = figure.isRatio() ? percent(goal) : number(goal) + " " + figure.unit();
    return bound
        + limit
        + (figure.reachesGoal()
            ? ": met"
            : ": not met, " + percent(figure.decisive() / goal) + " of it");
  }
}
