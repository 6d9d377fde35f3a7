package io.taskorch.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskIdTest {

  private static final long LAST_MS = 9_999_999_999_999L;

  @Property(tries = 5_000)
  void onlyTwentySixDigitsOfTheAlphabetAreAnId(
      @ForAll @IntRange(min = 0, max = 25) int place, @ForAll char c) {
    String id = "0".repeat(place) + c + "0".repeat(25 - place);
    assertThat(TaskId.isValid(id)).isEqualTo(id.matches("[0-7][0-9A-HJKMNP-TV-Z]{25}"));
    assertThat(TaskId.isValid(id.substring(1))).isFalse();
    assertThat(TaskId.isValid(id + "0")).isFalse();
  }

  @Property
  void anIdIsValidAndNamesItsPartition(
      @ForAll @LongRange(min = 0, max = LAST_MS) long millis,
      @ForAll @Size(14) byte[] random,
      @ForAll @IntRange(min = 0, max = 1023) int partition) {
    String id = TaskId.of(Instant.ofEpochMilli(millis), random, partition);
    assertThat(TaskId.isValid(id)).isTrue();
    assertThat(TaskId.partitionOf(id)).isEqualTo(partition);
    assertThat(TaskId.of(Instant.ofEpochMilli(millis), random, partition)).isEqualTo(id);
    assertThat(Names.isValid(id)).isTrue();
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void idsSortByTheTimeOfTheirMaking(
      @ForAll @LongRange(min = 0, max = LAST_MS) long one,
      @ForAll @LongRange(min = 0, max = LAST_MS) long other,
      @ForAll @Size(14) byte[] random,
      @ForAll @Size(14) byte[] otherRandom) {
    if (one != other) {
      String first = TaskId.of(Instant.ofEpochMilli(Math.min(one, other)), random, 1023);
      String second = TaskId.of(Instant.ofEpochMilli(Math.max(one, other)), otherRandom, 0);
      assertThat(first).isLessThan(second);
    }
  }

  @Test
  void theTimeIsWrittenAsTheSpecificationOfUlidHasIt() {
    String id = TaskId.of(Instant.ofEpochMilli(1_469_918_176_385L), new byte[14], 0);
    assertThat(id).isEqualTo("01ARYZ6S41" + "00000000000000" + "00");
    assertThat(TaskId.of(Instant.EPOCH, new byte[14], 1023)).endsWith("ZZ");
    assertThat(TaskId.of(Instant.EPOCH, new byte[14], 33)).endsWith("11");
  }

  @Test
  void newIdsOfOneInstantDiffer() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      ids.add(TaskId.next(Instant.EPOCH, 5));
    }
    assertThat(ids).hasSize(10_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1024, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void aPartitionOutOfRangeIsRefused(int partition) {
    assertThatThrownBy(() -> TaskId.of(Instant.EPOCH, new byte[14], partition))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01ARYZ6S41000000000000000",
        "01ARYZ6S410000000000000000X",
        "81ARYZ6S410000000000000000",
        "01aryz6s410000000000000000",
        "01ARYZ6S41000000000000000I",
        "01ARYZ6S41000000000000000L",
        "01ARYZ6S41000000000000000O",
        "01ARYZ6S41000000000000000U",
        "01ARYZ6S41000000000000000\n",
        "01ARYZ6S410000000000000000\n",
        "01ARYZ6S41{}00000000000000",
        "../../../../../../../../..",
        "01ARYZ6S4100000000000000٣0"
      })
  void whatIsNoIdIsNotValid(String text) {
    assertThat(TaskId.isValid(text)).isFalse();
  }
}
