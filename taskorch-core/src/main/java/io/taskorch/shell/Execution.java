package io.taskorch.shell;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.worker.TaskContext;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** A command that runs, from its start to the end of everything that it began. */
final class Execution {

  /** How long processes may take to end by themselves: less than a worker waits when it ends. */
  private static final Duration POLITE = Duration.ofMillis(500);

  /** For what was written before the end to be read. */
  private static final Duration LAST_OUTPUT = Duration.ofSeconds(2);

  /** What {@code setsid} ends with when it cannot start the program. */
  private static final List<Integer> NOT_STARTED = List.of(126, 127);

  private final Process process;
  private final ProcessTree tree;
  private final Output stdout;
  private final Output stderr;

  /** What a command that ended well leaves. */
  record Result(
      @JsonProperty("exit_code") int exitCode,
      @JsonProperty("stdout_tail") String stdoutTail,
      @JsonProperty("stderr_tail") String stderrTail) {}

  private Execution(Process process, ProcessTree tree, TaskContext task, long maxOutput) {
    this.process = process;
    this.tree = tree;
    Output.Room room = new Output.Room(maxOutput);
    this.stdout = Output.start(process.getInputStream(), "stdout", task, room);
    this.stderr = Output.start(process.getErrorStream(), "stderr", task, room);
  }

  /**
   * Starts a command.
   *
   * @param setsid the program that begins a session for the command, where there is one
   * @throws PermanentTaskException it cannot start
   */
  static Execution start(
      List<String> arguments,
      Optional<Path> setsid,
      Path folder,
      Map<String, String> environment,
      long maxOutput,
      TaskContext task) {
    List<String> line = new ArrayList<>();
    setsid.ifPresent(program -> line.add(program.toString()));
    line.addAll(arguments);
    String mark = ProcessTree.newMark();
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(folder.toFile()).redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put(ProcessTree.MARK, mark);
    try {
      Process process = builder.start();
      ProcessTree tree = new ProcessTree(process.toHandle(), mark, setsid.isPresent());
      return new Execution(process, tree, task, maxOutput);
    } catch (IOException e) {
      throw new PermanentTaskException("cannot start: " + e.getMessage(), e);
    }
  }

  ProcessTree tree() {
    return tree;
  }

  /**
   * Waits for the command, and ends what it has left running. An interrupt ends it at once.
   *
   * @throws CommandFailedException it ended otherwise than with 0
   */
  Result result() {
    try {
      // Not waitFor: before JDK 24 that pins a virtual thread.
      Process unused = process.onExit().get();
    } catch (InterruptedException e) {
      tree.ask();
      tree.awaitEnd(POLITE);
      Result cut = output();
      throw new CommandFailedException("told to stop", cut.stdoutTail, cut.stderrTail);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    Result result = output();
    if (NOT_STARTED.contains(result.exitCode) && result.stderrTail.startsWith("setsid: ")) {
      throw new PermanentTaskException("cannot start: " + result.stderrTail.strip());
    }
    if (result.exitCode != 0) {
      throw new CommandFailedException(
          "exit code " + result.exitCode, result.stdoutTail, result.stderrTail);
    }
    return result;
  }

  /** What it wrote; nothing of it runs any more then. */
  private Result output() {
    tree.kill();
    try {
      stdout.await(LAST_OUTPUT);
      stderr.await(LAST_OUTPUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new Result(process.isAlive() ? -1 : process.exitValue(), stdout.end(), stderr.end());
  }
}
