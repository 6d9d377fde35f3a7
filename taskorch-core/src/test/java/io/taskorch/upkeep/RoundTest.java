package io.taskorch.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundTest {

  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final List<Integer> calls = new ArrayList<>();

  private Duration round(Round.Call call) {
    return Round.over(
        IntStream.range(0, 3),
        LONGEST,
        partition -> {
          calls.add(partition);
          return call.in(partition);
        });
  }

  @Test
  void itWaitsForWhatIsDueFirst() {
    assertThat(round(partition -> Duration.ofSeconds(3 - partition)))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(round(partition -> Duration.ofMinutes(1))).isEqualTo(LONGEST);
    assertThat(calls).containsExactly(0, 1, 2, 0, 1, 2);
  }

  @Test
  void whereThereIsWorkItCallsAgain() {
    assertThat(round(partition -> calls.size() < 3 ? Duration.ZERO : LONGEST)).isEqualTo(LONGEST);
    assertThat(calls).containsExactly(0, 0, 0, 1, 2);
  }

  @Test
  void workWithoutAnEndKeepsNobodyElseWaitingForLong() {
    assertThat(round(partition -> partition == 1 ? Duration.ZERO : LONGEST)).isZero();
    assertThat(calls).hasSize(Round.MOST_CALLS + 2).endsWith(1, 2);
  }
}
