package io.taskorch.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseTest {

  private static final String TASK = "01ARYZ6S410000000000000003";
  private static final String NONCE = "abcdefghij-KLMNOPQ_012";

  @Property(tries = 5_000)
  void onlyTwentyTwoCharactersOfTheAlphabetAreANonce(
      @ForAll @IntRange(min = 0, max = 21) int place, @ForAll char c) {
    String nonce = "a".repeat(place) + c + "a".repeat(21 - place);
    assertThat(Lease.isValidNonce(nonce)).isEqualTo(nonce.matches("[A-Za-z0-9_-]{22}"));
    assertThat(Lease.isValidNonce(nonce + "a")).isFalse();
  }

  @Property
  void anIdIsReadBack(
      @ForAll @IntRange(min = 0, max = 9999) int generation, @ForAll("nonces") String nonce) {
    Lease lease = new Lease(TASK, generation, nonce);
    assertThat(Lease.parse(lease.id())).isEqualTo(lease);
    assertThat(lease.id()).isEqualTo(TASK + "." + generation + "." + nonce).hasToString(lease.id());
  }

  @Provide
  Arbitrary<String> nonces() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withCharRange('A', 'Z')
        .withCharRange('0', '9')
        .withChars("-_")
        .ofLength(Lease.NONCE_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        TASK,
        TASK + ".0",
        TASK + ".0.",
        TASK + ".." + NONCE,
        TASK + ".-1." + NONCE,
        TASK + ".+1." + NONCE,
        TASK + ".10000." + NONCE,
        TASK + ".99999999999." + NONCE,
        TASK + ".٣." + NONCE,
        TASK + ".1." + NONCE + ".",
        TASK + ".1." + NONCE + "x",
        TASK + ".1.abcdefghij-KLMNOPQ_01",
        TASK + ".1.abcdefghij+KLMNOPQ/012",
        TASK + ".1." + NONCE + "\n",
        " " + TASK + ".1." + NONCE,
        "x.1." + NONCE,
      })
  void whatIsNoLeaseIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> Lease.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not a lease");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 10_000})
  void aGenerationThatCouldNotBeReadBackIsRefused(int generation) {
    assertThatThrownBy(() -> new Lease(TASK, generation, NONCE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
