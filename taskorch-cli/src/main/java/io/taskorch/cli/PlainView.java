package io.taskorch.cli;

import io.taskorch.cli.ApiClient.StepReply;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A line for every step that has ended, for output that is kept; the table comes at the end. */
final class PlainView implements DemoView {

  private final PrintWriter out;
  private final RunTable table;
  private final Set<String> told = new HashSet<>();
  private List<PictureRun> shown = List.of();

  PlainView(PrintWriter out, RunTable table) {
    this.out = out;
    this.table = table;
  }

  @Override
  public void show(List<PictureRun> runs) {
    shown = runs;
    for (PictureRun run : runs) {
      for (StepReply step : run.steps()) {
        if (step.state().isFinal() && told.add(step.id())) {
          out.println(run.name() + ": " + step.name() + " " + RunTable.outcome(step));
        }
      }
    }
    out.flush();
  }

  @Override
  public void close() {
    if (shown.isEmpty()) {
      return;
    }
    out.println();
    out.println(table.head(shown.getFirst()));
    shown.stream()
        .filter(PictureRun::ended)
        .flatMap(run -> table.ended(run).stream())
        .forEach(out::println);
    out.flush();
  }
}
