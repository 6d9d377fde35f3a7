package io.taskorch.workflow;

import static io.taskorch.task.TaskState.BLOCKED;
import static io.taskorch.task.TaskState.CANCELLED;
import static io.taskorch.task.TaskState.FAILED;
import static io.taskorch.task.TaskState.PENDING;
import static io.taskorch.task.TaskState.RUNNING;
import static io.taskorch.task.TaskState.SKIPPED;
import static io.taskorch.task.TaskState.SUCCEEDED;
import static io.taskorch.workflow.Join.ALL_SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.TaskState;
import io.taskorch.workflow.Progression.Decision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProgressionTest {

  @Nested
  class AllSucceeded {

    @Test
    void aStepWithoutDependenciesRuns() {
      assertThat(decide()).isEqualTo(Decision.RUN);
    }

    @Test
    void aStepRunsWhenAllUpstreamStepsSucceeded() {
      assertThat(decide(SUCCEEDED, SUCCEEDED)).isEqualTo(Decision.RUN);
    }

    @Test
    void aFailureIsNotActedUponBeforeAllOthersHaveEnded() {
      assertThat(decide(FAILED, RUNNING)).isEqualTo(Decision.WAIT);
      assertThat(decide(FAILED, SUCCEEDED)).isEqualTo(Decision.CANCEL);
    }

    @Test
    void aSkippedUpstreamStepSkipsUnlessAnotherFailed() {
      assertThat(decide(SKIPPED, SUCCEEDED)).isEqualTo(Decision.SKIP);
      assertThat(decide(SKIPPED, FAILED)).isEqualTo(Decision.CANCEL);
    }

    @Test
    void aCancelledUpstreamStepCountsAsFailed() {
      assertThat(decide(CANCELLED, SUCCEEDED)).isEqualTo(Decision.CANCEL);
      assertThat(decide(SKIPPED, CANCELLED)).isEqualTo(Decision.CANCEL);
    }

    @ParameterizedTest
    @EnumSource(TaskState.class)
    void aStepWaitsExactlyUntilItsUpstreamStepHasEnded(TaskState upstream) {
      assertThat(decide(SUCCEEDED, upstream) == Decision.WAIT).isEqualTo(!upstream.isFinal());
    }

    private Decision decide(TaskState... upstream) {
      return Progression.decide(ALL_SUCCEEDED, List.of(upstream));
    }
  }

  @Property
  void theOrderOfTheUpstreamStepsMakesNoDifference(
      @ForAll List<TaskState> upstream, @ForAll Random random) {
    List<TaskState> shuffled = new ArrayList<>(upstream);
    Collections.shuffle(shuffled, random);
    for (Join join : Join.values()) {
      assertThat(Progression.decide(join, shuffled)).isEqualTo(Progression.decide(join, upstream));
    }
  }

  @Nested
  class OfARun {

    @ParameterizedTest
    @EnumSource(TaskState.class)
    void itRunsWhileAStepHasNotEnded(TaskState step) {
      assertThat(Progression.runState(List.of(FAILED, CANCELLED, step)) == RunState.RUNNING)
          .isEqualTo(!step.isFinal());
    }

    @Test
    void itFailsIfAStepFailedWhateverElseHappened() {
      assertThat(Progression.runState(List.of(SUCCEEDED, FAILED, CANCELLED, SKIPPED)))
          .isEqualTo(RunState.FAILED);
    }

    @Test
    void itIsCancelledIfAStepWasAndNoneFailed() {
      assertThat(Progression.runState(List.of(SUCCEEDED, CANCELLED, SKIPPED)))
          .isEqualTo(RunState.CANCELLED);
    }

    @Test
    void itSucceedsIfAllStepsSucceededOrWereSkipped() {
      assertThat(Progression.runState(List.of(SUCCEEDED, SKIPPED))).isEqualTo(RunState.SUCCEEDED);
      assertThat(Progression.runState(List.of(SKIPPED))).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void stepsThatWaitForAFailedOneKeepItRunning() {
      assertThat(Progression.runState(List.of(FAILED, BLOCKED))).isEqualTo(RunState.RUNNING);
      assertThat(Progression.runState(List.of(FAILED, PENDING))).isEqualTo(RunState.RUNNING);
    }
  }

  @Property
  void aRunIsFinalExactlyWhenAllItsStepsAre(@ForAll @NotEmpty List<TaskState> steps) {
    assertThat(Progression.runState(steps).isFinal())
        .isEqualTo(steps.stream().allMatch(TaskState::isFinal));
  }
}
