package io.taskorch.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaskSpecTest {

  @Test
  void onlyTheTypeIsRequired() {
    TaskSpec spec = TaskSpec.of("process_image");
    assertThat(spec.queue()).isEqualTo("default");
    assertThat(spec.priority()).isEqualTo(Priority.NORMAL);
    assertThat(spec.payload()).isEqualTo(Json.NULL);
    assertThat(spec.retryPolicy()).isNull();
  }

  @Test
  void aBuilderBeginsWithAllValues() {
    TaskSpec spec =
        TaskSpec.builder("t")
            .payload(Json.of("1"))
            .queue("q")
            .priority(Priority.LOW)
            .retryPolicy(RetryPolicy.DEFAULT)
            .runAt(Instant.EPOCH)
            .startBefore(Instant.EPOCH)
            .timeout(Duration.ofSeconds(1))
            .idempotencyKey("k")
            .tags(List.of("a"))
            .metadata(Map.of("b", "c"))
            .retention(Duration.ZERO)
            .build();
    assertThat(spec.toBuilder().build()).isEqualTo(spec);
    TaskSpec delayed = TaskSpec.builder("t").delay(Duration.ofSeconds(2)).build();
    assertThat(delayed.toBuilder().build()).isEqualTo(delayed);
  }

  @Test
  void everyFieldThatIsWrongIsNamedAtOnce() {
    TaskSpec.Builder builder =
        TaskSpec.builder("")
            .queue("{q}")
            .payload(Json.of(" ".repeat(TaskSpec.MOST_PAYLOAD_BYTES + 1)))
            .delay(Duration.ofMillis(-1))
            .runAt(Instant.MAX)
            .startBefore(Instant.MIN)
            .timeout(Duration.ZERO)
            .idempotencyKey("")
            .tags(List.of("ok", "not ok"))
            .metadata(Map.of("ok", "v".repeat(1025)))
            .retention(Durations.LONGEST.plusNanos(1));

    InvalidTaskException refusal = catchThrowableOfType(InvalidTaskException.class, builder::build);

    assertThat(refusal.violations())
        .extracting(Violation::pointer, Violation::code)
        .containsExactlyInAnyOrder(
            tuple("/type", "invalid-name"),
            tuple("/queue", "invalid-name"),
            tuple("/payload", "too-large"),
            tuple("/delay", "out-of-range"),
            tuple("/run_at", "out-of-range"),
            tuple("/run_at", "conflict"),
            tuple("/start_before", "out-of-range"),
            tuple("/timeout", "out-of-range"),
            tuple("/idempotency_key", "out-of-range"),
            tuple("/tags/1", "invalid-name"),
            tuple("/metadata/ok", "out-of-range"),
            tuple("/retention", "out-of-range"));
  }

  @ParameterizedTest
  @MethodSource("atTheirLimits")
  void whatIsAtItsLimitIsTaken(TaskSpec.Builder builder) {
    assertThat(builder.build()).isNotNull();
  }

  static Stream<TaskSpec.Builder> atTheirLimits() {
    return Stream.of(
        TaskSpec.builder("x".repeat(128)),
        builder().payload(Json.of(" ".repeat(TaskSpec.MOST_PAYLOAD_BYTES))),
        builder().delay(Duration.ZERO),
        builder().delay(Durations.LONGEST),
        builder().runAt(Instant.EPOCH),
        builder().runAt(TaskSpec.LAST_INSTANT),
        builder().startBefore(TaskSpec.LAST_INSTANT),
        builder().timeout(Duration.ofMillis(1)),
        builder().retention(Duration.ZERO),
        builder().retention(TaskSpec.LONGEST_RETENTION),
        builder().idempotencyKey("k".repeat(256)),
        builder().tags(Collections.nCopies(32, "tag")),
        builder().metadata(metadata(32)),
        builder().metadata(Map.of("k", "v".repeat(1024))));
  }

  @ParameterizedTest
  @MethodSource("beyondTheirLimits")
  void whatIsBeyondItsLimitIsNamed(TaskSpec.Builder builder, String pointer, String code) {
    assertThat(catchThrowableOfType(InvalidTaskException.class, builder::build).violations())
        .extracting(Violation::pointer, Violation::code)
        .containsExactly(tuple(pointer, code));
  }

  static Stream<Arguments> beyondTheirLimits() {
    return Stream.of(
        Arguments.of(TaskSpec.builder("x".repeat(129)), "/type", "invalid-name"),
        Arguments.of(
            builder().runAt(TaskSpec.LAST_INSTANT.plusNanos(1)), "/run_at", "out-of-range"),
        Arguments.of(builder().runAt(Instant.EPOCH.minusNanos(1)), "/run_at", "out-of-range"),
        Arguments.of(builder().delay(Durations.LONGEST.plusNanos(1)), "/delay", "out-of-range"),
        Arguments.of(builder().delay(Duration.ofSeconds(Long.MAX_VALUE)), "/delay", "out-of-range"),
        Arguments.of(builder().timeout(Duration.ofNanos(999_999)), "/timeout", "out-of-range"),
        Arguments.of(builder().retention(Duration.ofNanos(-1)), "/retention", "out-of-range"),
        Arguments.of(
            builder().retention(TaskSpec.LONGEST_RETENTION.plusNanos(1)),
            "/retention",
            "out-of-range"),
        Arguments.of(builder().idempotencyKey("k".repeat(257)), "/idempotency_key", "out-of-range"),
        Arguments.of(builder().tags(Collections.nCopies(33, "tag")), "/tags", "out-of-range"),
        Arguments.of(builder().metadata(metadata(33)), "/metadata", "out-of-range"),
        Arguments.of(builder().metadata(Map.of("a/b", "")), "/metadata", "invalid-name"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-a", ".a", "_a", "a b", "a/b", "a{b}", "a:b", "é", "a\n", "\u202ea", "a\0"})
  void namesHaveAShapeThatNoKeyCanBeBrokenBy(String name) {
    assertThatThrownBy(() -> TaskSpec.of(name))
        .isInstanceOf(InvalidTaskException.class)
        .hasMessageStartingWith("/type is not letters, digits");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "9", "a.b", "a_b", "a-b", "A.", "process_image"})
  void namesMayHoldDotsUnderscoresAndDashes(String name) {
    assertThat(TaskSpec.of(name).type()).isEqualTo(name);
  }

  @Test
  void aHostileInputIsNotAnsweredAtLength() {
    TaskSpec.Builder builder = builder().tags(Collections.nCopies(100_000, "<script>"));
    assertThat(catchThrowableOfType(InvalidTaskException.class, builder::build))
        .hasMessageNotContaining("<script>")
        .satisfies(e -> assertThat(e.violations()).hasSize(Violations.MOST));
  }

  @Test
  void whatWasPassedInCannotChangeTheSpecLater() {
    List<String> tags = new ArrayList<>(List.of("a"));
    Map<String, String> metadata = new HashMap<>(Map.of("k", "v"));
    TaskSpec spec = builder().tags(tags).metadata(metadata).build();
    tags.add("not ok");
    metadata.clear();
    assertThat(spec.tags()).containsExactly("a");
    assertThat(spec.metadata()).containsEntry("k", "v");
  }

  private static TaskSpec.Builder builder() {
    return TaskSpec.builder("t");
  }

  private static Map<String, String> metadata(int size) {
    return IntStream.range(0, size).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));
  }
}
