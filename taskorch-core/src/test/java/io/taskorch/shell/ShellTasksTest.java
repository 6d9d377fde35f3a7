package io.taskorch.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.client.BatchHandle;
import io.taskorch.shell.ShellOptions.Mode;
import io.taskorch.task.Lease;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.TaskContext;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class ShellTasksTest {

  @TempDir private Path folder;

  private String said(Map<String, String> ownEnvironment, String... listed) throws Exception {
    ShellOptions options =
        new ShellOptions(Mode.ANY, Map.of(), folder, List.of(listed), ShellOptions.LEAST_OUTPUT);
    try (ShellTasks tasks = new ShellTasks(options, null, InstantSource.system(), ownEnvironment)) {
      Command command = new Command("echo \"$ONE-$TWO-$THREE\"; echo \"$PATH\"", null, null, null);
      return ((Execution.Result) tasks.handler().function().run(command, new Attempt()))
          .stdoutTail();
    }
  }

  @Test
  void onlyListedVariablesOfTheWorkerReachACommand() throws Exception {
    Map<String, String> own =
        Map.of("ONE", "1", "TWO", "2", "PATH", System.getenv("PATH"), "SECRET", "s3cret");
    assertThat(said(own, "ONE", "THREE")).startsWith("1--\n");
  }

  @Test
  void aWorkerWithoutAPathUsesTheUsualOne() throws Exception {
    assertThat(said(Map.of())).isEqualTo("--\n/usr/local/bin:/usr/bin:/bin\n");
  }

  /** An attempt whose notes nobody reads. */
  private static final class Attempt implements TaskContext {
    private static final Task TASK =
        new Task(
            TaskId.next(Instant.EPOCH, 0),
            TaskSpec.of("shell"),
            null,
            TaskState.RUNNING,
            Instant.EPOCH,
            Instant.EPOCH,
            Instant.EPOCH,
            null,
            1,
            0,
            0,
            0,
            0,
            1,
            false,
            null,
            "worker",
            List.of(),
            null,
            null);

    @Override
    public Task task() {
      return TASK;
    }

    @Override
    public Lease lease() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void progress(int percent, String message) {}

    @Override
    public void log(String stream, String line) {}

    @Override
    public boolean cancelled() {
      return false;
    }

    @Override
    public Optional<BatchHandle> batch() {
      return Optional.empty();
    }

    @Override
    public Optional<Instant> deadline() {
      return Optional.empty();
    }

    @Override
    public RuntimeException snooze(Duration delay) {
      throw new UnsupportedOperationException();
    }
  }
}
