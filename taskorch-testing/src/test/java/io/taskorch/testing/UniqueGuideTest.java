package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Task;
import io.taskorch.task.TaskState;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that the guide shows writes each product once, as it was last. */
class UniqueGuideTest {

  @TempDir private Path folder;

  @Test
  void theExampleDoesWhatItsCommentsSay() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        GuideProgram program = GuideProgram.of("unique.md", "SearchIndex", folder)) {
      String[] args = {redis.uri().toString()};
      program.type().getMethod("main", String[].class).invoke(null, (Object) args);
      try (Taskorch taskorch = Taskorch.connect(args[0])) {
        assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks())
            .extracting(Task::spec)
            .extracting(spec -> spec.payload().toString())
            .containsExactlyInAnyOrder(
                "{\"product\":1,\"title\":\"Lamp, red\"}", "{\"product\":2,\"title\":\"Chair\"}");
      }
    }
  }
}
