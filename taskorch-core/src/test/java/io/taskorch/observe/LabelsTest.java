package io.taskorch.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LabelsTest {

  @Test
  void theFirstThousandValuesStandForThemselvesAndTheRestForOthers() {
    Labels labels = new Labels();
    for (int i = 0; i < Labels.MOST; i++) {
      assertThat(labels.of("v" + i)).isEqualTo("v" + i);
    }
    assertThat(labels.of("one-more")).isEqualTo(Labels.OTHER);
    assertThat(labels.of("v7")).isEqualTo("v7");
    assertThat(labels.of("one-more")).isEqualTo(Labels.OTHER);
  }
}
