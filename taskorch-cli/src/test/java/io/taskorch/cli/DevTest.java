package io.taskorch.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.taskorch.Taskorch;
import io.taskorch.task.Reason;
import io.taskorch.task.Task;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevTest {

  private static final Duration LONGEST = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void tellsWhereItIsAndEndsWithZero(String signal) throws IOException {
    try (CliProcess dev = CliProcess.start(folder, "dev", "--port", "0")) {
      List<String> lines = lines(dev);
      assertThat(lines).hasSize(2);
      assertThat(lines.get(0)).matches("api http://127\\.0\\.0\\.1:\\d+");
      assertThat(lines.get(1)).matches("redis redis://127\\.0\\.0\\.1:\\d+");
      assumeFalse(signal.equals("INT") && dev.ignoresInterrupts(), "started in the background");
      List<ProcessHandle> redis = dev.handle().children().toList();
      assertThat(redis).hasSize(1);

      // A task that runs must not hold it up.
      try (Taskorch client = Taskorch.connect(lines.get(1).substring("redis ".length()))) {
        String id = client.client().enqueue("sleep", null).id();
        await().atMost(LONGEST).until(() -> client.client().get(id).startedAt() != null);
      }
      dev.signal(signal);

      assertThat(dev.exitCode(Duration.ofSeconds(20))).isZero();
      assertThat(redis).noneMatch(ProcessHandle::isAlive);
    }
  }

  @Test
  void aTakenPortIsOneClearLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        CliProcess dev = CliProcess.start(folder, "dev", "--port", "" + taken.getLocalPort())) {
      assertThat(dev.exitCode(LONGEST)).isEqualTo(1);

      assertThat(dev.out()).isEmpty();
      assertThat(complaints(dev))
          .singleElement()
          .asString()
          .startsWith("taskorch: cannot listen on 127.0.0.1, port " + taken.getLocalPort());
    }
  }

  @Test
  void usesTheRedisThatItIsTold() throws IOException {
    try (TestNamespace namespace = TestNamespace.open(TestRedis.uri(), 1)) {
      Path config = folder.resolve("dev.yaml");
      Files.writeString(config, "redis: {namespace: " + namespace.name() + "}");

      try (CliProcess dev =
          CliProcess.start(
              folder, "dev", "--port=0", "--redis=" + namespace.redis(), "--config=" + config)) {
        assertThat(lines(dev).get(1)).isEqualTo("redis " + namespace.redis());
        assertThat(dev.handle().children()).isEmpty();
      }
    }
  }

  @Test
  void aRedisThatIsAwayIsOneClearLine() {
    try (CliProcess dev = CliProcess.start(folder, "dev", "--port=0", "--redis=127.0.0.1:1")) {
      assertThat(dev.exitCode(LONGEST)).isEqualTo(1);

      assertThat(complaints(dev)).singleElement().asString().contains("127.0.0.1:1");
    }
  }

  @Test
  void settingsThatCannotBeAreNamed() throws IOException {
    Path config = folder.resolve("dev.yaml");
    Files.writeString(config, "worker: {concurency: 3, lease: soon}");

    try (CliProcess dev = CliProcess.start(folder, "dev", "--config=" + config)) {
      assertThat(dev.exitCode(LONGEST)).isEqualTo(1);

      assertThat(complaints(dev)).hasSize(2);
      assertThat(dev.err()).contains("worker.concurency").contains("worker.lease");
    }
  }

  @Test
  void aTypeThatNobodyHandlesFailsSoon() {
    try (CliProcess dev = CliProcess.start(folder, "dev", "--port=0")) {
      try (Taskorch client = Taskorch.connect(lines(dev).get(1).substring("redis ".length()))) {
        String id = client.client().enqueue("nobody", null).id();

        Task ended = client.client().await(id, Duration.ofSeconds(15));

        assertThat(ended.reason()).isEqualTo(Reason.NO_HANDLER);
      }
    }
  }

  private static List<String> lines(CliProcess dev) {
    await()
        .atMost(CliProcess.LONGEST_START)
        .until(() -> dev.out().contains("redis ") && dev.out().endsWith("\n") || !dev.alive());
    assertThat(dev.alive()).as(dev.err()).isTrue();
    return dev.out().lines().toList();
  }

  /** Lines on standard error that are no log. */
  private static List<String> complaints(CliProcess process) {
    return process.err().lines().filter(line -> line.startsWith("taskorch: ")).toList();
  }
}
