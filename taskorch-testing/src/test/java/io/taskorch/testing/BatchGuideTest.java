package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Json;
import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that the guide shows reports on all that the night has done. */
class BatchGuideTest {

  @TempDir private Path folder;

  @Test
  void theExampleDoesWhatItsCommentsSay() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        GuideProgram program = GuideProgram.of("batches.md", "Nightly", folder)) {
      String[] args = {redis.uri().toString()};
      program.type().getMethod("main", String[].class).invoke(null, (Object) args);
      try (Taskorch taskorch = Taskorch.connect(args[0])) {
        Task report =
            taskorch.client().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks().stream()
                .filter(task -> task.spec().type().equals("report"))
                .findFirst()
                .orElseThrow();
        assertThat(taskorch.client().get(report.id()).result())
            .isEqualTo(Json.of("\"9 of 9 imports have succeeded\""));
      }
    }
  }
}
