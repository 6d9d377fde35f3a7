package io.taskorch.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.testing.EmbeddedRedis;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a task costs does not depend on how many others wait, by the commands that Redis runs. */
class BacklogTest {

  private static final int SIZES = 3;

  private static List<Figure> commands(int tasks) throws Exception {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    try (EmbeddedRedis redis = EmbeddedRedis.start();
        Rig rig = new Rig(redis.uri(), tasks, 1)) {
      return new Suite(List.of(new Backlog(tasks)), List.of("backlog"))
          .run(rig, nowhere).stream()
              .filter(figure -> figure.name().startsWith("Redis commands per task"))
              .toList();
    }
  }

  private static void assertFlat(List<Figure> commands) {
    double least = commands.getFirst().median();
    assertThat(commands)
        .hasSize(SIZES)
        .allSatisfy(figure -> assertThat(figure.median()).isBetween(1.0, 1.1 * least));
  }

  @Test
  void aTaskTakesAsManyCommandsOnAHundredThousandOthersAsOnAThousand() throws Exception {
    assertFlat(commands(10_000));
  }

  @Test
  @Tag("long")
  void aTaskTakesAsManyCommandsOnAMillionOthersAsOnAThousand() throws Exception {
    assertFlat(commands(100_000));
  }
}
