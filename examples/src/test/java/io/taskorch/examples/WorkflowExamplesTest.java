package io.taskorch.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.Taskorch;
import io.taskorch.client.RunHandle;
import io.taskorch.shell.ShellOptions;
import io.taskorch.shell.ShellOptions.Mode;
import io.taskorch.task.Json;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.testing.EndedTrial;
import io.taskorch.testing.TaskorchTest;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.WorkflowTrial;
import io.taskorch.workflow.DefinitionJson;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.StepAction;
import io.taskorch.workflow.WorkflowDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The workflows of {@code examples/workflows} do what they are there to show. */
@TaskorchTest
@Timeout(120)
class WorkflowExamplesTest {

  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path folder;

  /** What the API makes of a file, where a step that names no queue has the default one. */
  private static WorkflowDefinition example(String file) throws IOException {
    JsonNode body = new ObjectMapper().readTree(Path.of("workflows", file).toFile());
    for (JsonNode step : body.path("steps")) {
      ((ObjectNode) step).put("queue", TaskSpec.DEFAULT_QUEUE).put("priority", "normal");
    }
    return DefinitionJson.read(Json.of(body.toString())).definition();
  }

  private static Taskorch.Builder program(TestNamespace namespace) {
    return Taskorch.builder().stores(namespace.connect());
  }

  private static Stream<String> states(Run run) {
    return run.steps().stream().map(step -> step.name() + " " + step.state());
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aPipelineIsTestedInPartsAndDeployedWhenSomebodySaysSo(TestNamespace namespace)
      throws Exception {
    Path repository = Files.createDirectory(folder.resolve("hello"));
    Files.writeString(
        repository.resolve("build.sh"), "mkdir build && echo 'echo hello' > build/hello.sh\n");
    Files.writeString(
        repository.resolve("test.sh"),
        "test \"$(sh build/hello.sh)\" = hello && echo \"shard $1 is fine\"\n");
    Files.writeString(
        repository.resolve("deploy.sh"), "mkdir -p \"$1\" && cp build/hello.sh \"$1\"\n");
    git(repository, "init", "--quiet");
    git(repository, "add", ".");
    git(
        repository,
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@localhost",
        "commit",
        "--quiet",
        "--message=first");
    Path target = folder.resolve("deployed");
    ShellOptions any =
        new ShellOptions(Mode.ANY, Map.of(), folder.resolve("work"), List.of(), 1024 * 1024);
    try (Taskorch taskorch = program(namespace).shell(any).connect().start()) {
      RunHandle handle =
          taskorch
              .workflows()
              .start(
                  example("ci-pipeline.json"),
                  Map.of(
                      "repository",
                      repository.toString(),
                      "shards",
                      List.of("unit", "api", "ui"),
                      "target",
                      target.toString()));
      await()
          .atMost(SOON)
          .until(
              () ->
                  states(taskorch.workflows().get(handle.id()))
                      .toList()
                      .contains("test SUCCEEDED"));
      assertThat(target).doesNotExist();
      taskorch
          .workflows()
          .act(handle.id(), new StepAction.Approve("deploy-ok", "looks good"), "ann");
      Run run = handle.await(SOON);
      assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
      assertThat(target.resolve("hello.sh")).hasContent("echo hello");
    }
  }

  private static void git(Path repository, String... arguments) throws Exception {
    Process git =
        new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments)).toList())
            .directory(repository.toFile())
            .inheritIO()
            .start();
    assertThat(git.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(git.exitValue()).isZero();
  }

  @Test
  void everyPictureOfAListGoesThroughTheGallery(TestNamespace namespace) throws IOException {
    Path images = Path.of("images").toAbsolutePath();
    Path gallery = folder.resolve("gallery");
    try (Taskorch taskorch =
        program(namespace)
            .connect()
            .register(new ImageTasks(folder.resolve("work"), gallery))
            .start()) {
      Run run =
          taskorch
              .workflows()
              .start(
                  example("image-gallery.json"),
                  Map.of(
                      "images",
                      Samples.PICTURES.stream()
                          .map(name -> images.resolve(name).toString())
                          .toList(),
                      "width",
                      480,
                      "folder",
                      "small"))
              .await(SOON);
      assertThat(run.state()).isEqualTo(RunState.SUCCEEDED);
      assertThat(gallery.resolve("small"))
          .isDirectoryContaining("glob:**/lake-480.jpg")
          .isDirectoryContaining("glob:**/city-480.jpg")
          .isDirectoryContaining("glob:**/dunes-480.jpg");
    }
  }

  @Test
  void aTripThatCannotBeBookedIsUndone(TestNamespace namespace) {
    try (Taskorch taskorch = program(namespace).connect().register(new TripTasks()).start()) {
      Run booked = taskorch.workflows().start("trip", Map.of("to", "Lisbon")).await(SOON);
      assertThat(booked.state()).isEqualTo(RunState.SUCCEEDED);
      Run undone =
          taskorch.workflows().start("trip", Map.of("to", "Lisbon", "sold_out", "car")).await(SOON);
      assertThat(undone.state()).isEqualTo(RunState.COMPENSATED);
      assertThat(states(undone))
          .containsExactly("flight SUCCEEDED", "hotel SUCCEEDED", "car FAILED");
      Run undoing = taskorch.workflows().get(undone.compensationId());
      assertThat(states(undoing)).containsExactly("hotel SUCCEEDED", "flight SUCCEEDED");
    }
  }

  @Test
  void theTripInJavaIsTheOneInJson() throws IOException {
    assertThat(new TripTasks().trip()).isEqualTo(example("trip.json"));
  }

  @Test
  void onlyWhatWasBookedIsCancelled() {
    EndedTrial run = WorkflowTrial.of(new TripTasks().trip()).fails("hotel", "full").run();
    assertThat(run.state("car")).isEqualTo(TaskState.CANCELLED);
    assertThat(run.undone()).containsExactly("flight");
  }
}
