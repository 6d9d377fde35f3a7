package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerOptionsTest {

  @Test
  void labelsAreNamesOrNamesWithAValue() {
    assertThat(WorkerOptions.builder().labels("gpu", "region=eu-1").build().labels())
        .containsExactly("gpu", "region=eu-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "=eu", "region=", "a=b=c", "a b", "a,b", "a+b", "#2"})
  void whatIsNoLabelIsRefusedByTheField(String label) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkerOptions.builder().labels(label).build())
        .withMessageStartingWith("labels: ");
  }

  @Test
  void moreThanThirtyTwoLabelsAreRefused() {
    List<String> many = Collections.nCopies(WorkerOptions.MOST_LABELS, "a");
    assertThat(WorkerOptions.builder().labels(many).build().labels()).hasSize(32);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkerOptions.builder().labels(Collections.nCopies(33, "a")).build())
        .withMessageStartingWith("labels has more than 32");
  }
}
