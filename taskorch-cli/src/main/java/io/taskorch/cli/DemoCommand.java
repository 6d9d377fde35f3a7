package io.taskorch.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends pictures through the whole stack: over HTTP, by a scheduler and a worker, onto disk. */
@Command(
    name = "demo",
    description = {
      "Sends pictures through the image pipeline, on a Redis and three apps of its own.",
      "Results go to taskorch-demo/TIME in the working folder, or to a temporary folder where that"
          + " is not writable. Exits 1 if any run failed."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "FILE",
      description = "Pictures: files or http(s) URLs; unless given, those that ship with it.")
  private List<String> files = List.of();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Interruption interruption = Interruption.ofThisThread();
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    ResultFolder results = ResultFolder.create();
    CommandLog.toFile(results.log());
    boolean succeeded = false;
    try {
      succeeded = run(results, out);
      return succeeded ? 0 : 1;
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (!interruption.came()) {
        throw e;
      }
      out.println();
      return interruption.exitCode();
    } finally {
      results.tidy(succeeded);
      if (!succeeded) {
        out.println("log      " + results.log());
      }
      out.flush();
    }
  }

  private boolean run(ResultFolder results, PrintWriter out)
      throws IOException, InterruptedException {
    Optional<Terminal> terminal = Terminal.find();
    Style style = Style.of(terminal.isPresent(), System.out.charset(), System.getenv());
    List<Picture> pictures =
        files.isEmpty() ? Picture.samples(results.work().resolve("samples")) : Picture.of(files);
    Demo.Outcome outcome = new Demo(out, style, terminal, results).run(pictures);
    out.println();
    out.println(
        outcome.succeeded()
            + " of "
            + outcome.runs().size()
            + " runs succeeded in "
            + Style.duration(outcome.took()));
    if (outcome.succeeded() > 0) {
      out.println("results  " + results.root());
    }
    return outcome.succeeded() == outcome.runs().size();
  }
}
