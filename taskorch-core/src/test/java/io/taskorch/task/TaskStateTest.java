package io.taskorch.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TaskStateTest {

  @Test
  void everyStateHasACodeOfItsOwn() {
    assertThat(Arrays.stream(TaskState.values()).map(TaskState::code)).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(TaskState.class)
  void aCodeLeadsBackToItsState(TaskState state) {
    assertThat(TaskState.ofCode(state.code())).isEqualTo(state);
  }

  @Test
  void aCodeOfNoStateIsRefused() {
    assertThatThrownBy(() -> TaskState.ofCode('?')).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fourStatesAreFinal() {
    assertThat(TaskState.finalStates())
        .containsExactly(
            TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED, TaskState.SKIPPED);
  }

  @ParameterizedTest
  @EnumSource(TaskState.class)
  void noStateLeadsToItself(TaskState state) {
    assertThat(state.canBecome(state)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(TaskState.class)
  void everyStateCanStillEndAndBeStartedOver(TaskState state) {
    Set<TaskState> reached = EnumSet.of(state);
    while (reached.addAll(reached.stream().flatMap(s -> s.next().stream()).toList())) {}
    assertThat(reached).contains(TaskState.PENDING).containsAll(TaskState.finalStates());
  }

  @Test
  void onlyAPendingTaskStarts() {
    assertThat(TaskState.values())
        .filteredOn(state -> state.canBecome(TaskState.RUNNING))
        .containsExactly(TaskState.PENDING);
  }

  @Test
  void nobodyCanChangeTheTable() {
    TaskState.PENDING.next().clear();
    assertThat(TaskState.PENDING.canBecome(TaskState.RUNNING)).isTrue();
  }

  @Test
  void everyReasonHasACodeAndAWordOfItsOwn() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::code)).doesNotHaveDuplicates();
    assertThat(Arrays.stream(Reason.values()).map(Reason::word)).doesNotHaveDuplicates();
    assertThat(Reason.values()).allSatisfy(r -> assertThat(Reason.ofCode(r.code())).isEqualTo(r));
  }
}
