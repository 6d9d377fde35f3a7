package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Json;
import io.taskorch.task.TaskState;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The task of the program that the guide shows runs where its comment says. */
class RoutingGuideTest {

  @TempDir private Path folder;

  @Test
  void theExampleDoesWhatItsCommentSays() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        GuideProgram program = GuideProgram.of("routing.md", "Renders", folder)) {
      String[] args = {redis.uri().toString()};
      program.type().getMethod("main", String[].class).invoke(null, (Object) args);
      try (Taskorch taskorch = Taskorch.connect(args[0])) {
        assertThat(taskorch.client().list(TaskFilter.ofState(TaskState.SUCCEEDED)).tasks())
            .extracting(task -> taskorch.client().get(task.id()).result())
            .containsExactly(Json.of("\"rendered in the studio\""));
      }
    }
  }
}
