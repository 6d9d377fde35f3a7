package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.Json;
import io.taskorch.task.Reason;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.Run.StepStatus;
import io.taskorch.workflow.RunDiff.Difference;
import io.taskorch.workflow.RunDiff.StepDiff;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RunDiffTest {

  private static StepStatus step(
      String name, TaskState state, int attempt, Reason reason, String... dependencies) {
    return new StepStatus(
        name,
        Kind.TASK,
        Join.ALL_SUCCEEDED,
        state,
        "id",
        List.of(dependencies),
        attempt,
        Instant.EPOCH,
        null,
        reason,
        null,
        null);
  }

  private static Run run(String input, StepStatus... steps) {
    return new Run(
        "id",
        "w",
        null,
        RunState.RUNNING,
        Json.of(input),
        Instant.EPOCH,
        null,
        false,
        null,
        null,
        List.of(steps));
  }

  @Test
  void stepsAreComparedByName() {
    Run from =
        run(
            "1",
            step("a", TaskState.SUCCEEDED, 1, null),
            step("b", TaskState.SUCCEEDED, 2, null, "a"),
            step("c", TaskState.PENDING, 0, null, "a", "b"),
            step("old", TaskState.BLOCKED, 0, null));
    Run to =
        run(
            "2",
            step("new", TaskState.BLOCKED, 0, null),
            step("c", TaskState.CANCELLED, 0, Reason.UPSTREAM_FAILED, "b", "a"),
            step("b", TaskState.SUCCEEDED, 1, null, "a", "new"),
            step("a", TaskState.SUCCEEDED, 1, null));
    RunDiff diff = RunDiff.of(from, to, Set.of("b"));
    assertThat(diff.inputDiffers()).isTrue();
    assertThat(diff.steps())
        .extracting(StepDiff::name)
        .containsExactly("a", "b", "c", "old", "new");
    assertThat(diff.steps())
        .extracting(StepDiff::differences)
        .containsExactly(
            List.of(),
            List.of(Difference.ATTEMPT, Difference.DEPENDENCIES, Difference.RESULT),
            List.of(Difference.STATE, Difference.REASON),
            List.of(),
            List.of());
    assertThat(diff.steps().get(3).to()).isNull();
    assertThat(diff.steps().get(4).from()).isNull();
  }

  @Test
  void aRunDoesNotDifferFromItself() {
    Run run = run("1", step("a", TaskState.SUCCEEDED, 1, null));
    RunDiff diff = RunDiff.of(run, run, Set.of());
    assertThat(diff.inputDiffers()).isFalse();
    assertThat(diff.steps()).allSatisfy(step -> assertThat(step.differences()).isEmpty());
  }
}
