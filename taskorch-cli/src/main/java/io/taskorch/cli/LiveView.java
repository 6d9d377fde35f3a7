package io.taskorch.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A table at the foot of the screen that is written anew with every look. The row of a run that has
 * ended moves above it and stays, so any number of runs fits on any screen.
 */
final class LiveView implements DemoView {

  private static final int WIDEST_BAR = 24;

  /** For the head, the line about the rest, and the one that the cursor is on. */
  private static final int OTHER_LINES = 4;

  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";

  private final PrintWriter out;
  private final RunTable table;
  private final Terminal terminal;
  private final Set<PictureRun> left = new HashSet<>();
  private long turn;
  private int lines;

  LiveView(PrintWriter out, RunTable table, Terminal terminal) {
    this.out = out;
    this.table = table;
    this.terminal = terminal;
  }

  @Override
  public void show(List<PictureRun> runs) {
    StringBuilder frame = new StringBuilder();
    if (turn == 0) {
      frame.append(HIDE_CURSOR).append(table.head(runs.getFirst())).append('\n');
    } else if (lines > 0) {
      frame.append("\u001b[").append(lines).append("F");
    }
    for (PictureRun run : runs) {
      if (run.ended() && left.add(run)) {
        table.ended(run).forEach(line -> frame.append(line).append(CLEAR_LINE).append('\n'));
      }
    }
    List<String> live = live(runs);
    live.forEach(line -> frame.append(line).append(CLEAR_LINE).append('\n'));
    lines = live.size();
    turn++;
    out.print(frame.append(CLEAR_BELOW));
    out.flush();
  }

  private List<String> live(List<PictureRun> runs) {
    List<PictureRun> going = runs.stream().filter(run -> !run.ended()).toList();
    int room = Math.min(going.size(), terminal.rows() - OTHER_LINES);
    int bar = Math.min(WIDEST_BAR, terminal.columns() - RunTable.WIDTH - 2);
    Instant now = Instant.now();
    List<String> live = new ArrayList<>();
    for (PictureRun run : going.subList(0, room)) {
      String row = table.row(table.style().wheel(turn), run, now);
      live.add(bar < 4 ? row : row + "  " + table.style().bar(run.percent(), bar));
    }
    if (going.size() > room) {
      live.add(table.style().dim("  and " + (going.size() - room) + " more"));
    }
    return live;
  }

  @Override
  public void close() {
    out.print(SHOW_CURSOR);
    out.flush();
  }
}
