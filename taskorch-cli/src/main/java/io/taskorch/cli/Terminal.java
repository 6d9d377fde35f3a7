package io.taskorch.cli;

import java.util.Optional;

/** The screen that standard output goes to. */
record Terminal(int columns, int rows) {

  private static final int LEAST_ROWS = 5;

  /**
   * Empty when output goes elsewhere, or to a screen on which nothing can be rewritten. The
   * launcher script finds out, since Java itself cannot tell where output alone goes to.
   */
  static Optional<Terminal> find() {
    int columns = Integer.getInteger("taskorch.columns", 0);
    int rows = Integer.getInteger("taskorch.rows", 0);
    return columns < RunTable.WIDTH || rows < LEAST_ROWS
        ? Optional.empty()
        : Optional.of(new Terminal(columns, rows));
  }
}
