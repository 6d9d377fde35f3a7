package io.taskorch.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.Taskorch;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.QueueLimits;
import io.taskorch.limit.RateLimit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program that the guide shows sets the limits that it says. */
class LimitGuideTest {

  @TempDir private Path folder;

  @Test
  void theExampleSetsWhatItDeclares() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        GuideProgram program = GuideProgram.of("limits.md", "PartnerCalls", folder)) {
      String[] args = {redis.uri().toString()};
      program.type().getMethod("main", String[].class).invoke(null, (Object) args);
      try (Taskorch taskorch = Taskorch.connect(args[0])) {
        assertThat(taskorch.limits().get("partner-api").limits())
            .isEqualTo(Limits.ofRate(new RateLimit(5, Duration.ofSeconds(1), 1)));
        assertThat(taskorch.limits().getQueue("imports").limits())
            .isEqualTo(
                new QueueLimits(
                    Limits.ofConcurrency(10),
                    new GroupLimits(null, 2, 1_000, Map.of("tenant-7", 3))));
      }
    }
  }
}
