package io.taskorch.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.task.Priority;
import io.taskorch.worker.WorkerOptions.Priorities;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PrioritySharesTest {

  @Test
  void aCycleOfPlacesIsSplitByTheWeights() {
    assertThat(new PriorityShares(Priorities.WEIGHTED).next(15)).containsExactly(8, 4, 2, 1);
    assertThat(new PriorityShares(Priorities.WEIGHTED).next(150)).containsExactly(80, 40, 20, 10);
  }

  @Test
  void claimsOfOneTakeTurnsByTheSameWeights() {
    PriorityShares shares = new PriorityShares(Priorities.WEIGHTED);
    List<Integer> turns = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      turns.add(shares.next(1).indexOf(1));
    }
    assertThat(turns).containsExactly(0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0);
  }

  @Test
  void strictPromisesNothingToAnyOfThem() {
    assertThat(new PriorityShares(Priorities.STRICT).next(7)).containsExactly(0, 0, 0, 0);
  }

  @Test
  void allGoToOneUnlessTheRuleIsStrict() {
    assertThat(new PriorityShares(Priorities.WEIGHTED).allTo(Priority.NORMAL, 7))
        .containsExactly(0, 0, 7, 0);
    assertThat(new PriorityShares(Priorities.STRICT).allTo(Priority.NORMAL, 7))
        .containsExactly(0, 0, 0, 0);
  }

  @Property
  void everyPlaceIsPromisedOnceAndNoneStarvesHoweverClaimsAreCut(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 200) Integer> claims) {
    PriorityShares shares = new PriorityShares(Priorities.WEIGHTED);
    int[] sums = new int[4];
    int places = 0;
    for (int most : claims) {
      List<Integer> next = shares.next(most);
      assertThat(next.stream().mapToInt(Integer::intValue).sum()).isEqualTo(most);
      for (int i = 0; i < 4; i++) {
        sums[i] += next.get(i);
      }
      places += most;
    }
    int[] weights = {8, 4, 2, 1};
    for (int i = 0; i < 4; i++) {
      double due = places * weights[i] / 15.0;
      assertThat((double) sums[i]).isBetween(due - 1, due + 1);
    }
  }

  @Property
  void aLowTaskIsTakenWithinFifteenPlacesUnderAFloodOfHigherOnes(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 14) Integer> claims) {
    PriorityShares shares = new PriorityShares(Priorities.WEIGHTED);
    ArrayDeque<Integer> lastPlaces = new ArrayDeque<>();
    for (int most : claims) {
      int low = shares.next(most).get(3);
      for (int i = 0; i < most; i++) {
        lastPlaces.add(low > 0 && i == 0 ? low : 0);
        if (lastPlaces.size() > 15 + 14) {
          lastPlaces.remove();
        }
      }
      if (lastPlaces.size() == 15 + 14) {
        assertThat(lastPlaces).anyMatch(count -> count > 0);
      }
    }
  }
}
