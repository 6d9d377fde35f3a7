package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that the guide shows indexes five documents in one call. */
class GatherGuideTest {

  @TempDir private Path folder;

  @Test
  void theExampleDoesWhatItsCommentsSay() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        GuideProgram program = GuideProgram.of("gathering.md", "SearchIndex", folder)) {
      String[] args = {redis.uri().toString()};
      program.type().getMethod("main", String[].class).invoke(null, (Object) args);
      assertThat(program.type().getField("CALLS").get(null)).isEqualTo(List.of(5));
      try (Taskorch taskorch = Taskorch.connect(args[0])) {
        assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.FAILED)).tasks())
            .extracting(Task::spec)
            .extracting(spec -> spec.payload().toString())
            .containsExactly("{\"title\":\"\"}");
        assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks())
            .hasSize(4);
      }
    }
  }
}
