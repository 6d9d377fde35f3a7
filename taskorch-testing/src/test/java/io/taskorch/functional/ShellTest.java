package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskorch.Taskorch;
import io.taskorch.client.TaskHandle;
import io.taskorch.shell.ShellOptions;
import io.taskorch.shell.ShellOptions.Mode;
import io.taskorch.shell.ShellTasks;
import io.taskorch.task.Json;
import io.taskorch.task.LogLine;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.Task;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Ref;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands of the operating system as tasks, with real processes. */
@Timeout(60)
class ShellTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final RetryPolicy ONCE =
      new RetryPolicy(
          1, Duration.ofMillis(1), RetryPolicy.DEFAULT.backoff(), 1, Duration.ofSeconds(1), 0);

  @RegisterExtension final Stack stack = new Stack();

  @TempDir Path folder;

  private Path root;
  private Taskorch taskorch;

  record Result(int exit_code, String stdout_tail, String stderr_tail) {}

  @BeforeEach
  void start() {
    root = folder.resolve("work");
    taskorch = started(options(Mode.ANY, Map.of()));
  }

  private Taskorch started(ShellOptions options) {
    return stack.program(builder -> builder.shell(options)).start();
  }

  private ShellOptions options(Mode mode, Map<String, List<String>> commands) {
    return new ShellOptions(mode, commands, root, List.of("USER_OF_TEST", "PATH"), 64 * 1024);
  }

  private TaskHandle<Result> enqueue(Object payload) {
    return taskorch
        .client()
        .enqueue(
            TaskSpec.builder("shell").payload(json(payload)).retryPolicy(ONCE).build(),
            Result.class);
  }

  private static Json json(Object payload) {
    try {
      return Json.of(new ObjectMapper().writeValueAsString(payload));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private TaskHandle<Result> enqueue(String command) {
    return enqueue(Map.of("command", command));
  }

  private Result run(String command) {
    return enqueue(command).await(SOON);
  }

  private Task ended(TaskHandle<Result> handle) {
    await().atMost(SOON).until(() -> get(handle).state().isFinal());
    return get(handle);
  }

  private Task get(TaskHandle<Result> handle) {
    return taskorch.client().get(handle.id());
  }

  private List<LogLine> log(TaskHandle<Result> handle) {
    return taskorch.client().logs(handle.id(), 0, 10_000).lines();
  }

  private List<String> lines(TaskHandle<Result> handle, String stream) {
    return log(handle).stream().filter(l -> l.stream().equals(stream)).map(LogLine::line).toList();
  }

  @Test
  void aCommandsOutputIsItsResultAndItsLog() {
    TaskHandle<Result> task = enqueue("echo one; echo two >&2; printf three");
    assertThat(task.await(SOON)).isEqualTo(new Result(0, "one\nthree", "two\n"));
    assertThat(lines(task, "stdout")).containsExactly("one", "three");
    assertThat(lines(task, "stderr")).containsExactly("two");
  }

  @Test
  void argumentsArePassedAsTheyAreWithoutAShell() {
    assertThat(
            enqueue(Map.of("argv", List.of("printf", "%s|", "a b", "$HOME", "", "*")))
                .await(SOON)
                .stdout_tail())
        .isEqualTo("a b|$HOME||*|");
  }

  @Test
  void linesAreInTheLogWhileTheCommandRuns() throws IOException {
    Path go = folder.resolve("go");
    TaskHandle<Result> task =
        enqueue("echo begun; until [ -e " + go + " ]; do sleep 0.02; done; echo done");
    await().atMost(SOON).until(() -> lines(task, "stdout").equals(List.of("begun")));
    assertThat(get(task).state()).isEqualTo(TaskState.RUNNING);
    Files.createFile(go);
    task.await(SOON);
    assertThat(lines(task, "stdout")).containsExactly("begun", "done");
  }

  @Test
  void anotherExitCodeThanZeroFailsTheAttemptAndIsTriedAgain() {
    TaskHandle<Result> task =
        taskorch
            .client()
            .enqueue(
                TaskSpec.builder("shell")
                    .payload(
                        json(
                            Map.of(
                                "command",
                                "echo out $TASKORCH_ATTEMPT; echo wrong >&2;"
                                    + " [ $TASKORCH_ATTEMPT = 3 ] || exit 7")))
                    .retryPolicy(
                        new RetryPolicy(
                            3,
                            Duration.ofMillis(1),
                            RetryPolicy.DEFAULT.backoff(),
                            1,
                            Duration.ofMillis(1),
                            0))
                    .build(),
                Result.class);
    assertThat(task.await(SOON)).isEqualTo(new Result(0, "out 3\n", "wrong\n"));
    assertThat(get(task).attempts().subList(0, 2))
        .allSatisfy(
            attempt -> {
              assertThat(attempt.error().message()).isEqualTo("exit code 7: wrong");
              assertThat(attempt.error().stack())
                  .isEqualTo(
                      "exit code 7\n--- stderr ---\nwrong\n\n--- stdout ---\nout "
                          + attempt.number()
                          + "\n\n");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"argv\":[\"no-such-program\"]}",
        "{\"argv\":[\"./nothing\"]}",
        "{\"argv\":[\"/etc\"]}",
        "{\"argv\":[\"echo\",\"a\\u0000b\"]}",
        "{\"argv\":[\"e\\u0000o\"]}",
        "{}",
        "null",
        "[]",
        "{\"command\":{\"not\":\"text\"}}",
        "{\"name\":\"none\"}"
      })
  void whatCannotStartIsNotTriedAgain(String payload) {
    TaskHandle<Result> handle =
        taskorch
            .client()
            .enqueue(TaskSpec.builder("shell").payload(Json.of(payload)).build(), Result.class);
    Task task = ended(handle);
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(task.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(task.attempt()).isEqualTo(1);
  }

  @Test
  void aProgramWhoseInterpreterIsNotThereIsNotTriedAgain() {
    run("echo hello"); // makes the shared folder's parent
    Result made =
        enqueue(
                Map.of(
                    "command",
                    "printf '#!/no/such/shell\\n' > x; chmod +x x",
                    "work_dir",
                    "scripts"))
            .await(SOON);
    assertThat(made.exit_code()).isZero();
    Task task = ended(enqueue(Map.of("argv", List.of("./x"), "work_dir", "scripts")));
    assertThat(task.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(task.lastError().message()).startsWith("cannot start");
  }

  @Test
  void onlyNamedCommandsRunWhereOnlyTheyAreAllowed() {
    taskorch.close();
    taskorch = started(options(Mode.NAMED, Map.of("greet", List.of("echo", "hello", "you"))));
    assertThat(enqueue(Map.of("name", "greet")).await(SOON).stdout_tail()).isEqualTo("hello you\n");
    Task refused = ended(enqueue("echo hello"));
    assertThat(refused.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(lines(taskorch.client().handle(refused.id(), Result.class), "stdout")).isEmpty();
  }

  @Test
  void aWorkerWithoutShellHasNoHandlerForIt() {
    assertThat(stack.program().handlers().types()).isEmpty();
    assertThat(stack.program(b -> b.shell(ShellOptions.OFF)).handlers().types()).isEmpty();
  }

  @Test
  void theEnvironmentIsWhatIsListedAndAMinimum() {
    Map<String, String> environment = new TreeMap<>();
    enqueue(Map.of("argv", List.of("env")))
        .await(SOON)
        .stdout_tail()
        .lines()
        .forEach(line -> environment.put(line.split("=", 2)[0], line.split("=", 2)[1]));
    assertThat(environment)
        .containsOnlyKeys(
            "PATH", "HOME", "LANG", "TASKORCH_TASK_ID", "TASKORCH_ATTEMPT", "TASKORCH_SHELL_MARK")
        .containsEntry("PATH", System.getenv("PATH"));
    assertThat(Path.of(environment.get("HOME"))).hasParentRaw(real(root).resolve("tasks"));
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private RunState runOf(Step... steps) {
    Run run =
        taskorch
            .workflows()
            .start(new WorkflowDefinition("shell", List.of(steps)), null)
            .await(SOON);
    return run.state();
  }

  private static Step step(String name, String command, String... dependencies) {
    return new Step(
        name,
        TaskSpec.builder("shell")
            .payload(json(Map.of("command", command)))
            .retryPolicy(ONCE)
            .build(),
        List.of(dependencies));
  }

  @Test
  void stepsOfARunSeeTheFilesOfThoseBeforeThem() {
    assertThat(
            runOf(
                step("make", "mkdir -p src && echo made by $TASKORCH_STEP > src/file"),
                step("read", "grep 'made by make' src/file", "make")))
        .isEqualTo(RunState.SUCCEEDED);
    assertThat(runOf(step("look", "[ ! -e src ]"))).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aProgramIsCompiledAndRun() {
    assumeThat(Path.of("/usr/bin/g++")).exists();
    assertThat(
            runOf(
                step(
                    "write",
                    "printf '#include <iostream>\\nint main() { std::cout << \"hello\\\\n\"; }'"
                        + " > hello.cpp"),
                step("run", "g++ hello.cpp -o hello && ./hello | grep hello", "write")))
        .isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void plainTasksHaveFoldersOfTheirOwnUnlessTheyShareOne() {
    run("echo x > file");
    assertThat(run("ls").stdout_tail()).isEmpty();
    enqueue(Map.of("command", "echo x > file", "work_dir", "a/b")).await(SOON);
    assertThat(enqueue(Map.of("command", "ls", "work_dir", "a/b")).await(SOON).stdout_tail())
        .isEqualTo("file\n");
    assertThat(root.resolve("shared/a/b/file")).exists();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc",
        "..",
        "../x",
        "a/../../x",
        "a/..",
        ".",
        "",
        " ",
        "a/./b",
        "link",
        "link/x",
        "file/x",
        "a\u0000b"
      })
  void noFolderLiesOutside(String name) throws IOException {
    Path shared = Files.createDirectories(root.resolve("shared"));
    Files.createSymbolicLink(shared.resolve("link"), folder);
    Files.createFile(shared.resolve("file"));
    Task task = ended(enqueue(Map.of("command", "touch here", "work_dir", name)));
    assertThat(task.state()).isEqualTo(TaskState.FAILED);
    assertThat(task.reason()).isEqualTo(Reason.PERMANENT_ERROR);
    assertThat(task.lastError().message()).contains("work");
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files).noneMatch(file -> file.endsWith("here"));
    }
  }

  /** Processes that outlive their parents in the ways that there are. */
  private static final String GRANDCHILDREN =
      """
      sleep 1001 & echo $! > pids
      (sleep 1002 & echo $! >> pids; wait) &
      nohup sleep 1003 > /dev/null 2>&1 & echo $! >> pids
      (setsid sh -c 'echo $$ >> pids; exec sleep 1004' > /dev/null 2>&1 &)
      (env -i /bin/sleep 1005 > /dev/null 2>&1 & echo $! >> pids)
      (trap '' TERM INT HUP; sleep 1006 & echo $! >> pids; while :; do sleep 0.1; done) &
      until [ $(wc -l < pids) = 6 ]; do sleep 0.02; done
      """;

  private Path ownFolder(TaskHandle<Result> task) {
    return root.resolve("tasks").resolve(task.id());
  }

  private List<Long> pids(TaskHandle<Result> task) throws IOException {
    Path file = ownFolder(task).resolve("pids");
    return Files.exists(file)
        ? Files.readAllLines(file).stream().map(String::strip).map(Long::valueOf).toList()
        : List.of();
  }

  private List<Long> familyOf(TaskHandle<Result> task) throws IOException {
    await().atMost(SOON).until(() -> lines(task, "stdout").contains("ready"));
    List<Long> pids = pids(task);
    assertThat(pids).hasSize(6).allMatch(ShellTest::isAlive);
    return pids;
  }

  /** A dead one that nobody has fetched yet counts as dead. */
  private static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException e) {
      return !Files.isDirectory(Path.of("/proc"))
          && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }
  }

  @Test
  void aCancelEndsTheWholeTree() throws IOException {
    TaskHandle<Result> task = enqueue(GRANDCHILDREN + "echo ready; sleep 1000");
    List<Long> pids = familyOf(task);
    taskorch.client().cancel(task.id());
    assertThat(ended(task).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(pids).noneMatch(ShellTest::isAlive);
  }

  @Test
  void aTimeoutEndsTheWholeTree() throws IOException {
    TaskHandle<Result> task =
        taskorch
            .client()
            .enqueue(
                TaskSpec.builder("shell")
                    .payload(json(Map.of("command", GRANDCHILDREN + "echo ready; sleep 1000")))
                    .timeout(Duration.ofSeconds(4))
                    .retryPolicy(ONCE)
                    .build(),
                Result.class);
    Task ended = ended(task);
    assertThat(ended.lastError().kind()).isEqualTo("timeout");
    assertThat(ended.lastError().stack()).contains("ready");
    assertThat(pids(task)).hasSize(6).noneMatch(ShellTest::isAlive);
  }

  @Test
  void whatACommandLeavesRunningEndsWithIt() throws IOException {
    TaskHandle<Result> task = enqueue(GRANDCHILDREN + "echo ready");
    assertThat(task.await(SOON).stdout_tail()).isEqualTo("ready\n");
    assertThat(pids(task)).hasSize(6).noneMatch(ShellTest::isAlive);
  }

  @Test
  void theEndOfTheWorkerEndsTheWholeTreeAndTheTaskIsUnspent() throws IOException {
    TaskHandle<Result> task = enqueue(GRANDCHILDREN + "echo ready; sleep 1000");
    List<Long> pids = familyOf(task);
    taskorch.worker().orElseThrow().drain();
    await().atMost(SOON).until(() -> pids.stream().noneMatch(ShellTest::isAlive));
    assertThat(get(task).state()).isEqualTo(TaskState.PENDING);
    assertThat(get(task).attempt()).isZero();
  }

  @Test
  void aCommandThatIsAskedToEndMayTidyUp() throws IOException {
    TaskHandle<Result> task =
        enqueue(
            "trap 'echo tidy; touch tidied; exit' TERM; echo ready; while :; do sleep 0.02; done");
    await().atMost(SOON).until(() -> lines(task, "stdout").contains("ready"));
    taskorch.client().cancel(task.id());
    assertThat(ended(task).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(ownFolder(task).resolve("tidied")).exists();
    assertThat(lines(task, "stdout")).containsExactly("ready", "tidy");
  }

  @Test
  void outputBeyondTheLimitIsSaidToBeLeftOut() {
    TaskHandle<Result> task = enqueue("yes 123456789 | head -n 20000; echo the end");
    assertThat(task.await(SOON).stdout_tail()).endsWith("123456789\nthe end\n").hasSize(4000);
    assertThat(lines(task, "stdout")).hasSize(64 * 1024 / 10).containsOnly("123456789");
    assertThat(lines(task, "log")).containsExactly("(output beyond 65536 bytes is not logged)");
  }

  @Test
  void binaryAndEndlessLinesAreCutAndReplaced() {
    TaskHandle<Result> task =
        enqueue("head -c 9000 /dev/zero | tr '\\0' x; echo; head -c 20000 /dev/urandom; echo");
    task.await(SOON);
    assertThat(lines(task, "stdout"))
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(LogLine.LONGEST));
    assertThat(String.join("", lines(task, "stdout"))).startsWith("x".repeat(9000));
  }

  @Test
  void aLineMayEndWithReturns() {
    TaskHandle<Result> task = enqueue("printf 'a\\r\\nb\\n\\nc\\rd'");
    task.await(SOON);
    assertThat(lines(task, "stdout")).containsExactly("a", "b", "", "c", "d");
  }

  @Test
  void aCommandHasNothingToReadAndIsNotLeftWaiting() {
    assertThat(run("cat; echo end").stdout_tail()).isEqualTo("end\n");
  }

  @Test
  void foldersGoWithTheirRunOrTask() throws IOException {
    Run run =
        taskorch
            .workflows()
            .start(new WorkflowDefinition("w", List.of(step("s", "touch file"))), null)
            .await(SOON);
    TaskHandle<Result> task = enqueue("ln -s " + folder + " link");
    task.await(SOON);
    Path gone = Files.createDirectories(root.resolve("tasks/01ARZ3NDEKTSV4RRFFQ69G5F00"));
    Files.createSymbolicLink(gone.resolve("link"), folder);
    Path closed = Files.createDirectories(root.resolve("runs/01ARZ3NDEKTSV4RRFFQ69G5F00/d"));
    Files.createFile(closed.resolve("file"));
    assertThat(closed.toFile().setWritable(false)).isTrue();
    Files.createDirectories(root.resolve("tasks/not-an-id"));
    Path fresh = Files.createDirectories(root.resolve("tasks/01ARZ3NDEKTSV4RRFFQ69G5G00"));
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    for (Path kind : List.of(root.resolve("tasks"), root.resolve("runs"))) {
      try (Stream<Path> folders = Files.list(kind)) {
        for (Path each : folders.filter(f -> !f.equals(fresh)).toList()) {
          Files.setLastModifiedTime(each, old);
        }
      }
    }
    try (ShellTasks tasks =
        new ShellTasks(options(Mode.ANY, Map.of()), taskorch.stores(), InstantSource.system())) {
      tasks.sweep();
      assertThat(root.resolve("tasks"))
          .isDirectoryNotContaining(f -> f.equals(gone))
          .isDirectoryContaining(f -> f.equals(fresh))
          .isDirectoryContaining(f -> f.endsWith("not-an-id"))
          .isDirectoryContaining(f -> f.endsWith(task.id()));
      assertThat(root.resolve("runs"))
          .isDirectoryContaining(f -> f.endsWith(run.id()))
          .isDirectoryNotContaining(f -> f.endsWith("01ARZ3NDEKTSV4RRFFQ69G5F00"));
      assertThat(folder).exists();
    }
  }

  @Test
  void elementsWorkInTheFolderOfTheirRun() {
    Run run =
        taskorch
            .workflows()
            .start(
                WorkflowDefinition.of(
                    "elements",
                    Step.task("make", "shell", Map.of("command", "echo made > made")),
                    Step.task("each", "shell", Map.of("argv", List.of("cp", "made", Ref.item())))
                        .after("make")
                        .forEach(Ref.input()),
                    Step.task("fails", "shell", Map.of("command", "ls a b && exit 1"))
                        .retryPolicy(ONCE)
                        .after("each")),
                List.of("a", "b"))
            .await(SOON);
    assertThat(run.steps())
        .extracting(step -> step.name() + " " + step.state())
        .contains("each SUCCEEDED", "fails FAILED");
    Path files = root.resolve("runs").resolve(run.id());
    assertThat(files.resolve("a")).hasContent("made");
    assertThat(files.resolve("b")).hasContent("made");
    assertThat(root.resolve("runs")).isDirectoryNotContaining(path -> !path.equals(files));
  }
}
