package io.taskorch.shell;

import io.taskorch.store.Stores;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.StepLink;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders that commands work in: {@code runs/<id>} of a workflow run, with the elements of its
 * lists and what undoes it, {@code tasks/<id>} of a task that is no step of one, and {@code
 * shared/<name>} of tasks that name one. Those of runs and tasks go when the store knows the run or
 * the task no more.
 */
final class WorkFolders {

  private static final Logger log = LoggerFactory.getLogger(WorkFolders.class);

  /** Of the runs and of the tasks, a pass. */
  private static final int MOST_LOOKED_AT = 200;

  /**
   * A folder that has changed since is left alone: what the store does not know may be another's,
   * when two namespaces have one folder by mistake.
   */
  private static final Duration UNTOUCHED = Duration.ofMinutes(10);

  private final Path root;
  private final Stores stores;
  private final InstantSource clock;
  private String lastRun = "";
  private String lastTask = "";

  WorkFolders(Path root, Stores stores, InstantSource clock) {
    this.root = root.toAbsolutePath().normalize();
    this.stores = stores;
    this.clock = clock;
  }

  /**
   * The folder of an attempt, made when it is not there.
   *
   * @param shared the name of a folder that tasks share; null for the task's or run's own
   * @throws PermanentTaskException it would not be one below the root
   */
  Path of(Task task, @Nullable String shared) throws IOException {
    Files.createDirectories(root);
    if (shared != null) {
      return made(root.toRealPath().resolve("shared"), nameOf(shared));
    }
    StepLink step = task.step();
    return step == null
        ? made(root.toRealPath().resolve("tasks"), Path.of(task.id()))
        : made(root.toRealPath().resolve("runs"), Path.of(step.inputRunId()));
  }

  private static Path nameOf(String text) {
    try {
      Path name = Path.of(text);
      if (!text.isBlank()
          && !name.isAbsolute()
          && Stream.of("", ".", "..").map(Path::of).noneMatch(List.copyOf(parts(name))::contains)) {
        return name;
      }
    } catch (InvalidPathException e) {
      // refused below, with the rest
    }
    throw new PermanentTaskException("work_dir is not a name below the worker's folder");
  }

  private static List<Path> parts(Path path) {
    return Stream.iterate(0, i -> i < path.getNameCount(), i -> i + 1).map(path::getName).toList();
  }

  /** Goes down part by part, so that no link that a command has laid leads out of the folder. */
  private static Path made(Path below, Path name) throws IOException {
    Path folder = folder(below);
    for (Path part : parts(name)) {
      folder = folder(folder.resolve(part));
    }
    return folder;
  }

  private static Path folder(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new PermanentTaskException(
            "the work folder cannot be had: " + path.getFileName() + " is no folder there");
      }
      // Another attempt may do the same at this moment; what it makes is checked as well.
      Files.createDirectories(path);
      return folder(path);
    }
    return path;
  }

  /**
   * Deletes folders of runs and tasks that the store knows no more; it looks at some, and at the
   * next ones with the next call.
   *
   * @throws io.taskorch.task.StoreUnavailableException nothing more is deleted now
   * @throws IOException the folders cannot be listed
   */
  void sweep() throws IOException {
    List<String> runs = after(root.resolve("runs"), lastRun);
    delete(root.resolve("runs"), runs, stores.runs().states(runs).keySet());
    lastRun = runs.size() < MOST_LOOKED_AT ? "" : runs.getLast();
    List<String> tasks = after(root.resolve("tasks"), lastTask);
    delete(root.resolve("tasks"), tasks, stores.query().states(tasks).keySet());
    lastTask = tasks.size() < MOST_LOOKED_AT ? "" : tasks.getLast();
  }

  private static List<String> after(Path parent, String last) throws IOException {
    if (!Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(parent)) {
      return children
          .map(child -> child.getFileName().toString())
          .filter(name -> TaskId.isValid(name) && name.compareTo(last) > 0)
          .sorted()
          .limit(MOST_LOOKED_AT)
          .toList();
    }
  }

  private void delete(Path parent, List<String> ids, Set<String> known) {
    FileTime latest = FileTime.from(clock.instant().minus(UNTOUCHED));
    for (String id : ids) {
      Path folder = parent.resolve(id);
      try {
        if (!known.contains(id)
            && Files.getLastModifiedTime(folder, LinkOption.NOFOLLOW_LINKS).compareTo(latest) < 0) {
          deleteAll(folder);
        }
      } catch (IOException e) {
        log.warn("{} cannot be deleted, though its run or task is no more", folder, e);
      }
    }
  }

  /** Deletes a folder and what is in it; links go, what they lead to stays. */
  private static void deleteAll(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) {
            // What is in a read-only folder cannot be deleted, and some tools leave such folders.
            boolean unused = each.toFile().setWritable(true);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            log.debug("{} cannot be read", file, e);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e)
              throws IOException {
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
