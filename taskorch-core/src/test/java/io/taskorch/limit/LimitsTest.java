package io.taskorch.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final RateLimit RATE = RateLimit.of(5, SECOND);

  private static List<String> pointers(ThrowingCallable made) {
    return catchThrowableOfType(InvalidTaskException.class, made).violations().stream()
        .map(Violation::pointer)
        .toList();
  }

  @Nested
  class ARate {

    @Test
    void hasABurstOfItsLimitUnlessGiven() {
      assertThat(RATE).isEqualTo(new RateLimit(5, SECOND, 5));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1_000_001})
    void isWithinOneAndAMillion(long number) {
      assertThat(pointers(() -> new RateLimit(number, SECOND, number)))
          .containsExactly("/limit", "/burst");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.0009S", "PT-1S", "PT24H0.001S", "P800D"})
    void isPerNeitherZeroNorYears(String per) {
      assertThat(pointers(() -> RateLimit.of(1, Duration.parse(per)))).containsExactly("/per");
    }

    @Test
    void isAMillionASecondAtMost() {
      assertThat(RateLimit.of(1_000, Duration.ofMillis(1)).limit()).isEqualTo(1_000);
      assertThat(pointers(() -> RateLimit.of(1_001, Duration.ofMillis(1))))
          .containsExactly("/limit");
    }

    @Test
    void isToTheMillisecond() {
      assertThat(RateLimit.of(1, Duration.ofNanos(1_500_000)))
          .isEqualTo(RateLimit.of(1, Duration.ofMillis(1)));
    }
  }

  @Nested
  class OfAKey {

    @Test
    void sayOneThingAtLeast() {
      assertThat(pointers(() -> new Limits(null, null, OnLimit.WAIT))).containsExactly("");
      assertThat(pointers(() -> new Limits(null, null, OnLimit.CANCEL_OLDEST))).containsExactly("");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_000_001})
    void letOneToAMillionRun(int concurrency) {
      assertThat(pointers(() -> Limits.ofConcurrency(concurrency))).containsExactly("/concurrency");
    }

    @Test
    void cancelTheOldestOnlyWhereItMakesRoom() {
      assertThat(pointers(() -> new Limits(RATE, null, OnLimit.CANCEL_OLDEST)))
          .containsExactly("/on_limit");
      assertThat(new Limits(RATE, 1, OnLimit.CANCEL_OLDEST).rate()).isEqualTo(RATE);
    }
  }

  @Nested
  class OfGroups {

    @Test
    void sayOneThingAtLeast() {
      assertThat(pointers(() -> new GroupLimits(null, null, null, Map.of()))).containsExactly("");
    }

    @Test
    void nameWhatIsWrong() {
      assertThat(pointers(() -> new GroupLimits(null, 0, 0, Map.of("a", 0, "b", 101))))
          .containsExactlyInAnyOrder("/concurrency", "/max_waiting", "/weights/a", "/weights/b");
      assertThat(pointers(() -> new GroupLimits(null, null, 10_000_001, Map.of("a b", 1))))
          .containsExactlyInAnyOrder("/max_waiting", "/weights");
    }

    @Test
    void haveTenThousandWeightsAtMost() {
      Map<String, Integer> weights =
          IntStream.range(0, 10_001).boxed().collect(Collectors.toMap(i -> "t" + i, i -> 1));
      assertThat(pointers(() -> GroupLimits.ofWeights(weights))).containsExactly("/weights");
      weights.remove("t0");
      assertThat(GroupLimits.ofWeights(weights).weights()).hasSize(10_000);
    }
  }

  @Test
  void ofAQueueSayOneThingAtLeast() {
    assertThat(pointers(() -> new QueueLimits(null, null))).containsExactly("");
  }
}
