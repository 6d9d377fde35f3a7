package io.taskorch.functional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskorch.Taskorch;
import io.taskorch.client.Explanation.WaitsFor;
import io.taskorch.client.RunHandle;
import io.taskorch.task.IdempotencyConflictException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.worker.Handler;
import io.taskorch.worker.TaskHandler;
import io.taskorch.workflow.Run;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.Step;
import io.taskorch.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Workflow runs from their start to their end. */
@Timeout(60)
class WorkflowTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final Stack stack = new Stack(2);

  record Source(String url) {}

  record Stored(String path, int bytes) {}

  record Sizes(Stored of, int width) {}

  private static Step step(String name, String type, String payload, String... dependencies) {
    return new Step(
        name, TaskSpec.builder(type).payload(Json.of(payload)).build(), List.of(dependencies));
  }

  private static final WorkflowDefinition PIPELINE =
      new WorkflowDefinition(
          "pipeline",
          List.of(
              step("download", "download", "{\"url\":\"${input.url}\"}"),
              step(
                  "resize",
                  "resize",
                  "{\"of\":\"${steps.download.result}\",\"width\":\"${input.width}\"}",
                  "download"),
              step(
                  "upload",
                  "upload",
                  "\"to ${steps.resize.result.path} $${literally}\"",
                  "resize")));

  private static final class Pipeline {
    @TaskHandler("download")
    Stored download(Source source) {
      return new Stored("/tmp/" + source.url(), 10);
    }

    @TaskHandler("resize")
    Stored resize(Sizes sizes) {
      return new Stored(sizes.of().path() + "-" + sizes.width(), 5);
    }

    @TaskHandler("upload")
    String upload(String text) {
      return text;
    }
  }

  @Test
  void stepsFollowEachOtherAndTakeWhatComesBeforeThem() {
    Taskorch taskorch = stack.started(new Pipeline());
    RunHandle run = taskorch.workflows().start(PIPELINE, Map.of("url", "a.jpg", "width", 40));
    Run ended = run.await(SOON);
    assertThat(ended.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(ended.steps())
        .extracting(StepStatus::name)
        .containsExactly("download", "resize", "upload");
    assertThat(taskorch.client().get(ended.steps().get(1).taskId()).result())
        .hasToString("{\"path\":\"/tmp/a.jpg-40\",\"bytes\":5}");
    assertThat(taskorch.client().get(ended.steps().get(2).taskId()).result())
        .hasToString("\"to /tmp/a.jpg-40 ${literally}\"");
  }

  @Test
  void aWideFanNeedsNoUpkeepToComeThrough() {
    Taskorch taskorch =
        stack
            .program(Taskorch.Builder::withoutUpkeep)
            .register(Handler.of("t", Json.class, (payload, task) -> null))
            .start();
    List<Step> steps = new ArrayList<>();
    steps.add(step("root", "t", "null"));
    for (int i = 0; i < 700; i++) {
      steps.add(step("leaf" + i, "t", "null", "root"));
    }
    Run ended = taskorch.workflows().start(new WorkflowDefinition("fan", steps), null).await(SOON);
    assertThat(ended.state()).isEqualTo(RunState.SUCCEEDED);
  }

  @Test
  void aReferenceToNothingFailsTheStepForGood() {
    Taskorch taskorch = stack.started(new Pipeline());
    Run ended = taskorch.workflows().start(PIPELINE, Map.of("url", "a.jpg")).await(SOON);
    assertThat(ended.state()).isEqualTo(RunState.FAILED);
    StepStatus resize = ended.steps().get(1);
    assertThat(resize.state()).isEqualTo(TaskState.FAILED);
    assertThat(taskorch.client().get(resize.taskId()).lastError().kind())
        .isEqualTo("unresolved-reference");
    assertThat(ended.steps().get(2).state()).isEqualTo(TaskState.CANCELLED);
    assertThat(ended.steps().get(2).reason()).isEqualTo(Reason.UPSTREAM_FAILED);
  }

  @Test
  void aFailedRunGoesOnFromWhatFailed() {
    AtomicBoolean broken = new AtomicBoolean(true);
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("a")
              int first() {
                return 1;
              }

              @TaskHandler("b")
              int second() {
                if (broken.get()) {
                  throw new PermanentTaskException("broken");
                }
                return 2;
              }
            });
    RunHandle run =
        taskorch
            .workflows()
            .start(
                new WorkflowDefinition(
                    "w", List.of(step("a", "a", "null"), step("b", "b", "null", "a"))),
                null);
    assertThat(run.await(SOON).state()).isEqualTo(RunState.FAILED);
    broken.set(false);
    taskorch.workflows().retry(run.id());
    Run ended = run.await(SOON);
    assertThat(ended.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(taskorch.client().get(ended.steps().get(0).taskId()).generation()).isZero();
    assertThat(taskorch.client().get(ended.steps().get(1).taskId()).generation()).isEqualTo(1);
  }

  @Test
  void aCancelledRunInterruptsWhatRunsAndDropsTheRest() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("a")
              void endless() throws InterruptedException {
                running.countDown();
                new CountDownLatch(1).await();
              }
            });
    RunHandle run =
        taskorch
            .workflows()
            .start(
                new WorkflowDefinition(
                    "w", List.of(step("a", "a", "null"), step("b", "a", "null", "a"))),
                null);
    running.await();
    run.cancel();
    Run ended = run.await(SOON);
    assertThat(ended.state()).isEqualTo(RunState.CANCELLED);
    assertThat(ended.steps())
        .extracting(StepStatus::state)
        .containsExactly(TaskState.CANCELLED, TaskState.CANCELLED);
  }

  @Test
  void aBlockedStepSaysWhatItWaitsFor() {
    Taskorch taskorch = stack.program();
    Run run =
        taskorch
            .workflows()
            .submit(
                new WorkflowDefinition(
                    "w",
                    List.of(
                        step("a", "t", "null"),
                        step("b", "t", "null"),
                        step("c", "t", "null", "a", "b"))),
                null,
                null)
            .run();
    var explanation = taskorch.client().explain(run.steps().get(2).taskId());
    assertThat(explanation.state()).isEqualTo(TaskState.BLOCKED);
    assertThat(explanation.causes()).containsExactly(new WaitsFor(List.of("a", "b")));
  }

  @Test
  void theSameKeyAgainGivesTheFirstRun() {
    Taskorch taskorch = stack.program();
    var first = taskorch.workflows().submit(PIPELINE, Map.of("url", "a"), "k");
    assertThat(first.created()).isTrue();
    var again = taskorch.workflows().submit(PIPELINE, Map.of("url", "a"), "k");
    assertThat(again.created()).isFalse();
    assertThat(again.run().id()).isEqualTo(first.run().id());
    assertThatThrownBy(() -> taskorch.workflows().submit(PIPELINE, Map.of("url", "b"), "k"))
        .isInstanceOf(IdempotencyConflictException.class);
    assertThatThrownBy(
            () -> taskorch.client().submit(TaskSpec.builder("t").idempotencyKey("k").build()))
        .isInstanceOf(IdempotencyConflictException.class);
    assertThatThrownBy(() -> taskorch.workflows().submit(PIPELINE, null, ""))
        .isInstanceOf(InvalidTaskException.class);
  }

  @Test
  void aWideRunEndsWhenItsLastStepDoes() {
    Taskorch taskorch =
        stack.started(
            new Object() {
              @TaskHandler("t")
              void handle() {}
            });
    List<Step> steps = new ArrayList<>();
    steps.add(step("first", "t", "null"));
    for (int i = 0; i < 500; i++) {
      steps.add(step("s" + i, "t", "null", "first"));
    }
    steps.add(
        step("last", "t", "null", steps.stream().skip(1).map(Step::name).toArray(String[]::new)));
    Run ended = taskorch.workflows().start(new WorkflowDefinition("fan", steps), null).await(SOON);
    assertThat(ended.state()).isEqualTo(RunState.SUCCEEDED);
    assertThat(ended.steps()).hasSize(502).allMatch(s -> s.state() == TaskState.SUCCEEDED);
  }
}
