package io.taskorch.bench;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments.
 *
 * @param only names of benchmarks; empty for all
 * @param runs rounds that count, 1 to {@link #MOST_RUNS}
 * @param tasks of the larger benchmarks, 1 to {@link #MOST_TASKS}; the others take a share
 * @param json the file to write the figures to; null for none
 * @param check the file of figures to compare with; null for none
 * @param doc the folder to write the document to; null for none
 */
record Options(
    List<String> only,
    int runs,
    int tasks,
    @Nullable Path json,
    @Nullable Path check,
    @Nullable Path doc) {

  static final int MOST_RUNS = 100;
  static final int MOST_TASKS = 1_000_000;

  static final Options DEFAULT = new Options(List.of(), 3, 100_000, null, null, null);

  /**
   * @throws UsageException naming the argument that is wrong
   */
  static Options parse(String... args) throws UsageException {
    try {
      return DEFAULT.withAll(args);
    } catch (InvalidPathException e) {
      throw new UsageException("a path cannot be: " + e.getReason());
    }
  }

  private Options withAll(String... args) throws UsageException {
    Options options = this;
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length && isOption(args[i])) {
        throw new UsageException(args[i] + " needs a value");
      }
      options = options.with(args[i], i + 1 < args.length ? args[i + 1] : "");
    }
    return options;
  }

  private static boolean isOption(String word) {
    return List.of("--only", "--runs", "--tasks", "--json", "--check", "--doc").contains(word);
  }

  private Options with(String option, String value) throws UsageException {
    return switch (option) {
      case "--only" -> new Options(names(value), runs, tasks, json, check, doc);
      case "--runs" -> new Options(only, number(option, value, MOST_RUNS), tasks, json, check, doc);
      case "--tasks" ->
          new Options(only, runs, number(option, value, MOST_TASKS), json, check, doc);
      case "--json" -> new Options(only, runs, tasks, writable(value), check, doc);
      case "--check" -> new Options(only, runs, tasks, json, readable(value), doc);
      case "--doc" -> new Options(only, runs, tasks, json, check, folder(value));
      default ->
          throw new UsageException(
              "unknown argument "
                  + option
                  + "; there are --only, --runs, --tasks, --json, --check and --doc");
    };
  }

  private static List<String> names(String value) {
    return Arrays.stream(value.split(",", -1)).map(String::strip).distinct().toList();
  }

  private static int number(String option, String value, int most) throws UsageException {
    try {
      int number = Integer.parseInt(value);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below, as one out of range is
    }
    throw new UsageException(option + " is not a number from 1 to " + most);
  }

  /** A place for a file, looked at now and not when minutes of work would be lost. */
  private static Path writable(String value) throws UsageException {
    Path file = Path.of(value).toAbsolutePath();
    Path folder = file.getParent();
    if (Files.isDirectory(file) || folder == null || !Files.isDirectory(folder)) {
      throw new UsageException("--json: no file can be written at " + value);
    }
    return file;
  }

  private static Path readable(String value) throws UsageException {
    Path file = Path.of(value);
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw new UsageException("--check: there is no file " + value);
    }
    return file;
  }

  private static Path folder(String value) throws UsageException {
    Path folder = Path.of(value);
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new UsageException("--doc: " + value + " is not a folder");
    }
    return folder;
  }
}
