package io.taskorch.api.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskorch.task.Priority;
import io.taskorch.task.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldsTest {

  record Inner(String name) {}

  record Shape(
      String text,
      int number,
      double share,
      boolean flag,
      String waitTime,
      String dueAt,
      Priority priority,
      List<String> tags,
      Map<String, String> metadata,
      Inner inner,
      List<Inner> inners,
      Object payload) {}

  private static Fields read(String json) {
    return Fields.of(json.getBytes(StandardCharsets.UTF_8), Shape.class, 4096);
  }

  private static InvalidRequestException refusal(String json, Consumer<Fields> reading) {
    return catchThrowableOfType(
        InvalidRequestException.class,
        () -> {
          Fields fields = read(json);
          reading.accept(fields);
          fields.refusals().throwIfAny();
        });
  }

  private static void readAll(Fields fields) {
    fields.text("text");
    fields.integer("number", 0, 10);
    fields.decimal("share", 0, 1);
    fields.flag("flag");
    fields.duration("wait_time");
    fields.instant("due_at");
    fields.choice("priority", Priority.class);
    fields.texts("tags");
    fields.textsByName("metadata");
    var inner = fields.object("inner", Inner.class);
    if (inner != null) {
      inner.requiredText("name");
    }
    if (fields.has("inners")) {
      fields.requiredObjects("inners", Inner.class, 2).forEach(f -> f.requiredText("name"));
    }
  }

  @Test
  void readsWhatIsThere() {
    Fields fields =
        read(
            """
            {"text":"a\\u00e9😀","number":7,"share":0.25,"flag":true,"wait_time":"90s",
             "due_at":"2026-12-01T09:00:00+01:00","priority":"high","tags":["a","b"],
             "metadata":{"k":"v"},"inner":{"name":"i"},"inners":[{"name":"j"}],"payload":1.10}
            """);
    assertThat(fields.text("text")).isEqualTo("aé😀");
    assertThat(fields.integer("number", 0, 10)).isEqualTo(7);
    assertThat(fields.decimal("share", 0, 1)).isEqualTo(0.25);
    assertThat(fields.flag("flag")).isTrue();
    assertThat(fields.duration("wait_time")).isEqualTo(Duration.ofSeconds(90));
    assertThat(fields.instant("due_at")).isEqualTo(Instant.parse("2026-12-01T08:00:00Z"));
    assertThat(fields.choice("priority", Priority.class)).isEqualTo(Priority.HIGH);
    assertThat(fields.texts("tags")).containsExactly("a", "b");
    assertThat(fields.textsByName("metadata")).isEqualTo(Map.of("k", "v"));
    assertThat(fields.object("inner", Inner.class).requiredText("name")).isEqualTo("i");
    assertThat(fields.raw("payload")).hasToString("1.10");
    fields.refusals().throwIfAny();
  }

  @Test
  void nullIsAbsent() {
    Fields fields = read("{\"text\":null,\"tags\":null,\"payload\":null}");
    readAll(fields);
    assertThat(fields.has("text")).isFalse();
    assertThat(fields.raw("payload").isNull()).isTrue();
    assertThat(read("{}").raw("payload")).isNull();
    fields.refusals().throwIfAny();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"txt\":1}                       | 400 | /txt          | unknown-field",
        "{\"a/b~c\":1}                     | 400 | /a~1b~0c      | unknown-field",
        "{\"text\":1}                      | 400 | /text         | wrong-type",
        "{\"text\":[\"a\"]}                | 400 | /text         | wrong-type",
        "{\"text\":\"a\",\"text\":\"b\"}   | 400 | /text         | duplicate-field",
        "{\"text\":\"\\ud800\"}            | 400 | /text         | malformed-text",
        "{\"number\":\"7\"}                | 400 | /number       | wrong-type",
        "{\"number\":7.0}                  | 400 | /number       | wrong-type",
        "{\"number\":1e1}                  | 400 | /number       | wrong-type",
        "{\"number\":11}                   | 422 | /number       | out-of-range",
        "{\"number\":-1}                   | 422 | /number       | out-of-range",
        "{\"number\":99999999999999999999} | 422 | /number       | out-of-range",
        "{\"share\":1e400}                 | 422 | /share        | out-of-range",
        "{\"flag\":\"true\"}               | 400 | /flag         | wrong-type",
        "{\"wait_time\":5}                 | 400 | /wait_time    | wrong-type",
        "{\"wait_time\":\"soon\"}          | 400 | /wait_time    | malformed-duration",
        "{\"wait_time\":\"\"}              | 400 | /wait_time    | malformed-duration",
        "{\"wait_time\":\"-5s\"}           | 422 | /wait_time    | out-of-range",
        "{\"wait_time\":\"PT-5S\"}         | 422 | /wait_time    | out-of-range",
        "{\"wait_time\":\"99999999999999999999h\"} | 422 | /wait_time | out-of-range",
        "{\"due_at\":\"tomorrow\"}         | 400 | /due_at       | malformed-instant",
        "{\"due_at\":\"2026-12-01\"}       | 400 | /due_at       | malformed-instant",
        "{\"priority\":\"urgent\"}         | 422 | /priority     | unknown-value",
        "{\"priority\":\"HIGH\"}           | 422 | /priority     | unknown-value",
        "{\"tags\":\"a\"}                  | 400 | /tags         | wrong-type",
        "{\"tags\":[\"a\",1]}              | 400 | /tags/1       | wrong-type",
        "{\"metadata\":{\"k\":1}}          | 400 | /metadata/k   | wrong-type",
        "{\"metadata\":{\"k\":\"\",\"k\":\"\"}} | 400 | /metadata/k | duplicate-field",
        "{\"inner\":{}}                    | 400 | /inner/name   | required",
        "{\"inner\":{\"name\":null}}       | 400 | /inner/name   | required",
        "{\"inner\":{\"name\":\"\",\"x\":1}} | 400 | /inner/x    | unknown-field",
        "{\"inners\":[{\"name\":1}]}       | 400 | /inners/0/name | wrong-type",
        "{\"inners\":[1]}                  | 400 | /inners/0     | wrong-type",
        "{\"inners\":[{},{},{}]}           | 422 | /inners       | out-of-range",
      })
  void refusesWhatIsWrongByName(String json, int status, String pointer, String code) {
    InvalidRequestException refusal = refusal(json, FieldsTest::readAll);
    assertThat(refusal.status()).isEqualTo(status);
    assertThat(refusal.violations())
        .filteredOn(violation -> violation.pointer().equals(pointer))
        .extracting(Violation::code)
        .containsExactly(code);
  }

  @Test
  void tellsEverythingAtOnceAndTheWorstStatusWins() {
    InvalidRequestException refusal =
        refusal("{\"number\":11,\"flag\":1,\"x\":1}", FieldsTest::readAll);
    assertThat(refusal.status()).isEqualTo(400);
    assertThat(refusal.violations())
        .extracting(Violation::pointer)
        .containsExactlyInAnyOrder("/number", "/flag", "/x");
  }

  @Test
  void namesABoundedNumberOfErrorsOfBoundedLength() {
    StringBuilder many = new StringBuilder("{\"" + "n".repeat(2000) + "\":1");
    for (int i = 0; i < 200; i++) {
      many.append(",\"x").append(i).append("\":1");
    }
    InvalidRequestException refusal = refusal(many + "}", fields -> {});
    assertThat(refusal.violations()).hasSize(Refusals.MOST);
    assertThat(refusal.violations()).allMatch(v -> v.pointer().length() < 600);
  }

  @Test
  void aBodyThatIsNoObjectOrTooLargeIsRefusedAsAWhole() {
    assertThat(refusal("[]", fields -> {}).status()).isEqualTo(400);
    assertThat(refusal("{", fields -> {}).status()).isEqualTo(400);
    assertThat(refusal("", fields -> {}).status()).isEqualTo(400);
    assertThat(refusal("\"" + "x".repeat(5000) + "\"", fields -> {}).status()).isEqualTo(413);
    assertThat(Fields.ofOptional(null, Inner.class, 10).has("name")).isFalse();
  }

  @Test
  void aFieldThatTheRecordLacksCannotBeAskedFor() {
    assertThatThrownBy(() -> read("{}").text("other")).isInstanceOf(IllegalArgumentException.class);
  }
}
