package io.taskorch.shell;

import io.taskorch.store.Stores;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.StepLink;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the commands that tasks of the type {@value #TYPE} hold, and deletes their work folders in
 * time.
 */
public final class ShellTasks implements AutoCloseable {

  public static final String TYPE = "shell";

  private static final Logger log = LoggerFactory.getLogger(ShellTasks.class);

  private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
  private static final String USUAL_PATH = "/usr/local/bin:/usr/bin:/bin";

  private final ShellOptions options;
  private final Map<String, String> ownEnvironment;
  private final WorkFolders folders;
  private final Set<ProcessTree> running = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("taskorch-work-folders").factory());

  public ShellTasks(ShellOptions options, Stores stores, InstantSource clock) {
    this(options, stores, clock, System.getenv());
  }

  ShellTasks(
      ShellOptions options,
      Stores stores,
      InstantSource clock,
      Map<String, String> ownEnvironment) {
    this.options = options;
    this.ownEnvironment = ownEnvironment;
    this.folders = new WorkFolders(options.workDir(), stores, clock);
  }

  public Handler handler() {
    return Handler.of(TYPE, Command.class, this::run);
  }

  /** Begins to delete the folders of runs and tasks that are no more. */
  public void start() {
    var unused =
        sweeper.scheduleWithFixedDelay(
            this::sweep, SWEEP_EVERY.toNanos(), SWEEP_EVERY.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Deletes some of those folders now, and the next ones with the next call. */
  public void sweep() {
    try {
      folders.sweep();
    } catch (StoreUnavailableException e) {
      log.debug("the sweep of work folders is put off", e);
    } catch (IOException | RuntimeException e) {
      log.warn("work folders cannot be swept", e);
    }
  }

  /** Ends the sweep, and every command that still runs. */
  @Override
  public void close() {
    sweeper.shutdownNow();
    running.forEach(ProcessTree::kill);
  }

  private Execution.Result run(@Nullable Command command, TaskContext task) throws IOException {
    Command wanted = Objects.requireNonNullElse(command, new Command(null, null, null, null));
    List<String> arguments = wanted.arguments(options);
    Path folder = folders.of(task.task(), wanted.workDir());
    Map<String, String> environment = environment(folder, task);
    List<String> found = new ArrayList<>(arguments);
    found.set(0, program(arguments.getFirst(), folder, environment).toString());
    Execution execution =
        Execution.start(found, setsid(environment), folder, environment, options.maxOutput(), task);
    running.add(execution.tree());
    try {
      return execution.result();
    } finally {
      running.remove(execution.tree());
    }
  }

  private Map<String, String> environment(Path folder, TaskContext task) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("PATH", ownEnvironment.getOrDefault("PATH", USUAL_PATH));
    environment.put("HOME", folder.toString());
    environment.put("LANG", "C.UTF-8");
    environment.put("TASKORCH_TASK_ID", task.taskId());
    environment.put("TASKORCH_ATTEMPT", Integer.toString(task.attempt()));
    StepLink step = task.task().step();
    if (step != null) {
      environment.put("TASKORCH_WORKFLOW_ID", step.runId());
      environment.put("TASKORCH_STEP", step.name());
    }
    for (String name : options.env()) {
      String value = ownEnvironment.get(name);
      if (value != null) {
        environment.put(name, value);
      }
    }
    return environment;
  }

  /** The file of a program, so that one that is not there is told from one that fails. */
  private static Path program(String name, Path folder, Map<String, String> environment) {
    Stream<Path> places = name.contains("/") ? Stream.of(folder) : onPath(environment);
    return executable(places, name)
        .orElseThrow(() -> new PermanentTaskException("cannot start: there is no program " + name));
  }

  private static Optional<Path> executable(Stream<Path> places, String name) {
    try {
      return places
          .map(place -> place.resolve(name))
          .filter(place -> Files.isRegularFile(place) && Files.isExecutable(place))
          .findFirst();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Stream<Path> onPath(Map<String, String> environment) {
    return Stream.of(environment.getOrDefault("PATH", "").split(":"))
        .map(Path::of)
        .filter(Path::isAbsolute);
  }

  /** A session of its own is what all processes of a command have in common. */
  private static Optional<Path> setsid(Map<String, String> environment) {
    return executable(onPath(environment), "setsid");
  }
}
