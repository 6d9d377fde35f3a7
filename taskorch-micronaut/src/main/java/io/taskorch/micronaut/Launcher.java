package io.taskorch.micronaut;

import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigException;
import io.taskorch.micronaut.config.ConfigLoader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** Runs apps as a process: from its arguments to its exit code. */
public final class Launcher {

  /** Set in contexts that were started here, as against those of other applications. */
  static final String LAUNCHED = "taskorch.launched";

  private static final int KILLED = 130;

  private Launcher() {}

  /**
   * Runs one app until SIGTERM or SIGINT, and ends the process.
   *
   * @param args nothing, or {@code --config FILE}
   */
  public static void main(App app, String[] args) {
    Path file = null;
    if (args.length == 2 && args[0].equals("--config")) {
      file = Path.of(args[1]);
    } else if (args.length != 0) {
      System.err.println("taskorch: the only argument is --config FILE");
      System.exit(2);
    }
    System.exit(run(Set.of(app), loader(app, file), List.of(), running -> {}));
  }

  /** A loader of an app's settings in this process's environment. */
  public static ConfigLoader loader(App app, @Nullable Path file) {
    return ConfigLoader.of(app).file(file).environment(System.getenv());
  }

  /**
   * Runs apps until SIGTERM or SIGINT; a second signal ends the process at once.
   *
   * @param handlers as of {@link RunningApp#start}
   * @param started is told when everything runs
   * @return the exit code: 0 after an end in good order, 1 when the apps could not start
   */
  public static int run(
      Set<App> apps, ConfigLoader loader, List<?> handlers, Consumer<RunningApp> started) {
    CountDownLatch asked = new CountDownLatch(1);
    // A handler of our own, because Java's default exits with 143 once all hooks have run.
    Signal.handle(new Signal("TERM"), signal -> end(asked));
    Signal.handle(new Signal("INT"), signal -> end(asked));
    try (RunningApp app = start(apps, loader, handlers)) {
      started.accept(app);
      asked.await();
      LoggerFactory.getLogger(Launcher.class).info("ending");
    } catch (ConfigException e) {
      e.errors().forEach(error -> report(System.err, error));
      return 1;
    } catch (StartException e) {
      report(System.err, String.valueOf(e.getMessage()));
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private static void end(CountDownLatch asked) {
    if (asked.getCount() == 0) {
      Runtime.getRuntime().halt(KILLED);
    }
    asked.countDown();
  }

  private static RunningApp start(Set<App> apps, ConfigLoader loader, List<?> handlers) {
    ConfigLoader.Loaded loaded = loader.load();
    Logs.configure(loaded.config().logging());
    Logger log = LoggerFactory.getLogger(Launcher.class);
    loaded.warnings().forEach(log::warn);
    RunningApp app = RunningApp.start(apps, loaded.config(), handlers);
    log.info("{} at {}", String.join(", ", Roles.words(apps)), app.url());
    return app;
  }

  private static void report(PrintStream out, String line) {
    out.println("taskorch: " + line);
  }
}
