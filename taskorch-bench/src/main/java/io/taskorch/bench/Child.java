package io.taskorch.bench;

import io.taskorch.Taskorch;
import io.taskorch.api.ApiApplication;
import io.taskorch.scheduler.SchedulerApplication;
import io.taskorch.worker.WorkerOptions;
import io.taskorch.worker.app.WorkerApplication;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What runs in the processes that the benchmarks start. It ends when its standard input does. */
final class Child {

  private @Nullable Taskorch taskorch;

  private Child() {}

  /** What a process is for. */
  enum Role {
    /** Listens to {@link WorkerProcess}. */
    BENCH_WORKER,
    API,
    WORKER,
    SCHEDULER
  }

  /** The name of the {@link Role}. */
  public static void main(String[] args) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    switch (Role.valueOf(args[0])) {
      case BENCH_WORKER -> new Child().listen(in);
      case API -> run(() -> ApiApplication.main(new String[0]), in);
      case WORKER -> run(() -> WorkerApplication.main(new String[0]), in);
      case SCHEDULER -> run(() -> SchedulerApplication.main(new String[0]), in);
    }
    Runtime.getRuntime().halt(0);
  }

  /** Runs an app, which ends the process by itself when it cannot start. */
  private static void run(Runnable app, BufferedReader in) throws IOException {
    Thread.ofPlatform().daemon().start(app);
    while (in.readLine() != null) {
      // nobody has anything to say to it
    }
  }

  private void listen(BufferedReader in) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "connect" ->
            connect(words[1], words[2], Integer.parseInt(words[3]), words[4].equals("upkeep"));
        case "work" -> open().start();
        case "disconnect" -> disconnect();
        default -> throw new IllegalArgumentException("no such word");
      }
    }
  }

  private Taskorch open() {
    if (taskorch == null) {
      throw new IllegalStateException("not connected");
    }
    return taskorch;
  }

  private void connect(String redis, String namespace, int slots, boolean upkeep) {
    WorkerOptions options = WorkerOptions.builder().concurrency(slots).build();
    Taskorch.Builder builder =
        Taskorch.builder().address(redis).namespace(namespace).worker(options);
    taskorch = (upkeep ? builder : builder.withoutUpkeep()).connect();
    taskorch.register(new Countdown().handler());
    System.out.println("done");
  }

  private void disconnect() {
    open().close();
    taskorch = null;
    System.out.println("done");
  }
}
