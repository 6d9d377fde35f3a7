package io.taskorch.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.examples.Samples;
import io.taskorch.micronaut.RunningApp;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.testing.EmbeddedRedis;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends pictures through a stack of its own, in the way that any client would. */
final class Demo {

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  /** Runs end about in the order of their start, so a look at the first of them is enough. */
  private static final int WATCHED = 40;

  private final PrintWriter out;
  private final Style style;
  private final Optional<Terminal> terminal;
  private final ResultFolder results;

  Demo(PrintWriter out, Style style, Optional<Terminal> terminal, ResultFolder results) {
    this.out = out;
    this.style = style;
    this.terminal = terminal;
    this.results = results;
  }

  /** How it went: the runs in the order of the pictures, and how long all of them took. */
  record Outcome(List<PictureRun> runs, Duration took) {
    long succeeded() {
      return runs.stream().filter(PictureRun::succeeded).count();
    }
  }

  Outcome run(List<Picture> pictures) throws IOException, InterruptedException {
    out.println("starting Redis, API, worker and scheduler in this process");
    out.flush();
    long begin = System.nanoTime();
    try (EmbeddedRedis redis = LocalRedis.start();
        RunningApp app = start(redis.uri());
        ApiClient api = new ApiClient(app.url());
        DemoView view = view(pictures)) {
      long ready = System.nanoTime();
      out.println("ready after " + Style.duration(Duration.ofNanos(ready - begin)));
      out.println();
      List<PictureRun> runs = follow(pictures, api, view);
      return new Outcome(runs, Duration.ofNanos(System.nanoTime() - ready));
    }
  }

  private RunningApp start(URI redis) {
    int slots = Math.max(4, Runtime.getRuntime().availableProcessors());
    // Nothing from the environment: this stack is the demo's alone.
    Map<String, String> settings =
        Map.of(
            "redis.addr", redis.toString(),
            "server.port", "0",
            "server.graceful_shutdown_timeout", "3s",
            "worker.concurrency", String.valueOf(slots),
            "metrics.enabled", "false");
    TaskorchConfig config = ConfigLoader.of(App.API).load(settings::get).config();
    return RunningApp.start(EnumSet.allOf(App.class), config, Examples.in(results.root()));
  }

  private DemoView view(List<Picture> pictures) {
    RunTable table = RunTable.of(style, pictures.stream().map(Picture::name).toList());
    return terminal
        .<DemoView>map(screen -> new LiveView(out, table, screen))
        .orElseGet(() -> new PlainView(out, table));
  }

  private static List<PictureRun> follow(List<Picture> pictures, ApiClient api, DemoView view)
      throws IOException, InterruptedException {
    ObjectNode pipeline = pipeline();
    List<PictureRun> runs = new ArrayList<>();
    List<PictureRun> going = new ArrayList<>();
    long lastLook = System.nanoTime();
    while (runs.size() < pictures.size() || !going.isEmpty()) {
      if (runs.size() < pictures.size()) {
        PictureRun run = submit(pictures.get(runs.size()), pipeline, api);
        runs.add(run);
        going.add(run);
      } else {
        Thread.sleep(LOOK_EVERY);
      }
      if (System.nanoTime() - lastLook >= LOOK_EVERY.toNanos()) {
        for (PictureRun run : going.subList(0, Math.min(WATCHED, going.size()))) {
          run.refresh();
        }
        view.show(runs);
        going.removeIf(PictureRun::ended);
        lastLook = System.nanoTime();
      }
    }
    return runs;
  }

  private static ObjectNode pipeline() throws IOException {
    try (InputStream json = Samples.open(Samples.PIPELINE)) {
      return (ObjectNode) new ObjectMapper().readTree(json);
    }
  }

  private static PictureRun submit(Picture picture, ObjectNode pipeline, ApiClient api)
      throws IOException, InterruptedException {
    ObjectNode unused =
        pipeline
            .putObject("input")
            .put("image", picture.location())
            .put("folder", picture.folder());
    return new PictureRun(picture.name(), api, api.startWorkflow(pipeline));
  }
}
