package io.taskorch.task;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {

  /** What is drawn makes no difference where there is no jitter. */
  private static final RandomGenerator ANY = new Random(7);

  @ParameterizedTest
  @CsvSource({
    "FIXED,1,100", "FIXED,2,100", "FIXED,9,100",
    "LINEAR,1,100", "LINEAR,2,200", "LINEAR,9,900",
    "EXPONENTIAL,1,100", "EXPONENTIAL,2,300", "EXPONENTIAL,3,900",
  })
  void theWaitGrowsAsThePolicySays(Backoff backoff, int failures, long millis) {
    RetryPolicy policy = new RetryPolicy(10, ofMillis(100), backoff, 3, ofMinutes(1), 0);
    assertThat(policy.delayAfter(failures, ANY)).isEqualTo(ofMillis(millis));
  }

  @Test
  void noWaitIsLongerThanTheLongest() {
    RetryPolicy policy =
        new RetryPolicy(99, ofSeconds(1), Backoff.EXPONENTIAL, 2, ofSeconds(60), 0);
    assertThat(policy.delayAfter(6, ANY)).isEqualTo(ofSeconds(32));
    assertThat(policy.delayAfter(7, ANY)).isEqualTo(ofSeconds(60));
    assertThat(policy.delayAfter(99_998, ANY)).isEqualTo(ofSeconds(60));
  }

  @ParameterizedTest
  @EnumSource(Backoff.class)
  void aWaitThatNoNumberCanHoldIsTheLongest(Backoff backoff) {
    RetryPolicy policy =
        new RetryPolicy(99_999, Durations.LONGEST, backoff, 1e300, Durations.LONGEST, 1);
    assertThat(policy.delayAfter(99_999, drawing(0.999999))).isEqualTo(Durations.LONGEST);
    assertThat(policy.delayAfter(99_999, drawing(0))).isEqualTo(Duration.ZERO);
  }

  @Test
  void noWaitStaysNoWait() {
    RetryPolicy policy =
        new RetryPolicy(3, Duration.ZERO, Backoff.EXPONENTIAL, 1e300, Durations.LONGEST, 1);
    assertThat(policy.delayAfter(99_999, ANY)).isEqualTo(Duration.ZERO);
  }

  @ParameterizedTest
  @CsvSource({"0.0,8000", "0.5,10000", "0.75,11000", "0.999999,12000"})
  void jitterSpreadsTheWaitToEitherSide(double drawn, long millis) {
    RetryPolicy policy = new RetryPolicy(3, ofSeconds(10), Backoff.FIXED, 1, ofMinutes(1), 0.2);
    assertThat(policy.delayAfter(1, drawing(drawn))).isEqualTo(ofMillis(millis));
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void theWaitIsWithinTheJitterAndTheLongestWhateverThePolicy(
      @ForAll("policies") RetryPolicy policy,
      @ForAll @IntRange(min = 1, max = RetryPolicy.MOST_ATTEMPTS) int failures,
      @ForAll Random random) {
    RetryPolicy still =
        new RetryPolicy(
            policy.maxAttempts(),
            policy.delay(),
            policy.backoff(),
            policy.multiplier(),
            policy.maxDelay(),
            0);
    double middle = still.delayAfter(failures, random).toMillis();

    Duration wait = policy.delayAfter(failures, random);

    assertThat(wait).isBetween(Duration.ZERO, policy.maxDelay());
    // Both are rounded to a millisecond.
    assertThat((double) wait.toMillis())
        .isBetween(middle * (1 - policy.jitter()) - 2, middle * (1 + policy.jitter()) + 2);
  }

  @Provide
  Arbitrary<RetryPolicy> policies() {
    Arbitrary<Duration> durations =
        Arbitraries.longs().between(0, Durations.LONGEST.toMillis()).map(Duration::ofMillis);
    return Combinators.combine(
            durations,
            Arbitraries.of(Backoff.class),
            Arbitraries.doubles().between(1, 1e300),
            durations,
            Arbitraries.doubles().between(0, 1))
        .as(
            (delay, backoff, multiplier, maxDelay, jitter) ->
                new RetryPolicy(3, delay, backoff, multiplier, maxDelay, jitter));
  }

  @Test
  void theFirstAttemptCounts() {
    RetryPolicy policy = RetryPolicy.DEFAULT.withMaxAttempts(2);
    assertThat(policy.allowsRetryAfter(1)).isTrue();
    assertThat(policy.allowsRetryAfter(2)).isFalse();
    assertThat(policy.withMaxAttempts(1).allowsRetryAfter(1)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 100_000})
  void attemptsOutOfRangeAreRefusedByName(int attempts) {
    assertThatThrownBy(() -> RetryPolicy.DEFAULT.withMaxAttempts(attempts))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("max_attempts");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.99, 0, -2, Double.NaN, Double.POSITIVE_INFINITY})
  void aMultiplierThatShrinksOrIsNoNumberIsRefusedByName(double multiplier) {
    assertThatThrownBy(
            () -> new RetryPolicy(3, ofSeconds(1), Backoff.FIXED, multiplier, ofSeconds(1), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("multiplier");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.01, 1.01, Double.NaN})
  void aJitterThatIsNoShareIsRefusedByName(double jitter) {
    assertThatThrownBy(
            () -> new RetryPolicy(3, ofSeconds(1), Backoff.FIXED, 1, ofSeconds(1), jitter))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jitter");
  }

  @Test
  void waitsThatAreNegativeOrEndlessAreRefusedByName() {
    assertThatThrownBy(() -> new RetryPolicy(3, ofMillis(-1), Backoff.FIXED, 1, ofSeconds(1), 0))
        .hasMessageStartingWith("delay ");
    assertThatThrownBy(
            () ->
                new RetryPolicy(
                    3, ofSeconds(1), Backoff.FIXED, 1, Durations.LONGEST.plusNanos(1), 0))
        .hasMessageStartingWith("max_delay ");
  }

  private static RandomGenerator drawing(double value) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new AssertionError("only doubles are drawn");
      }

      @Override
      public double nextDouble() {
        return value;
      }
    };
  }
}
