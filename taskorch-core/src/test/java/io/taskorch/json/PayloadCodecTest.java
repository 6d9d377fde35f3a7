package io.taskorch.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskorch.task.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadCodecTest {

  private final PayloadCodec codec = new PayloadCodec(PayloadCodec.defaultMapper());

  record Image(String url, int width) {}

  record Times(Instant at, Duration every, LocalDate day, OffsetDateTime there, ZoneId zone) {}

  @Test
  void timesAreIsoStringsBothWays() {
    Times times =
        new Times(
            Instant.parse("2026-12-01T08:00:00.123Z"),
            Duration.ofSeconds(90),
            LocalDate.of(2026, 2, 28),
            OffsetDateTime.parse("2026-12-01T08:00:00+02:00"),
            ZoneId.of("Europe/Berlin"));
    Json json = codec.write(times);
    assertThat(json)
        .hasToString(
            "{\"at\":\"2026-12-01T08:00:00.123Z\",\"every\":\"PT1M30S\",\"day\":\"2026-02-28\","
                + "\"there\":\"2026-12-01T08:00+02:00\",\"zone\":\"Europe/Berlin\"}");
    assertThat(codec.read(json, Times.class)).isEqualTo(times);
  }

  @Test
  void timesAreKeysOfMapsToo() {
    Json json = codec.write(Map.of(LocalDate.of(2026, 1, 1), 1));
    assertThat(json).hasToString("{\"2026-01-01\":1}");
  }

  @Test
  void nothingIsNull() {
    assertThat(codec.write(null)).isEqualTo(Json.NULL);
    assertThat(codec.read(Json.NULL, Image.class)).isNull();
    assertThat(codec.read(Json.NULL, Json.class)).isEqualTo(Json.NULL);
    assertThat(codec.read(Json.NULL, JsonNode.class).isNull()).isTrue();
    assertThat(codec.read(Json.NULL, int.class)).isZero();
  }

  @Test
  void jsonPassesByteForByteIfItIsJson() {
    Json json = Json.of(" {\"a\" : 1.10, \"a\":2} ");
    assertThat(codec.write(json)).isSameAs(json);
    assertThatIllegalArgumentException().isThrownBy(() -> codec.write(Json.of("{\"a\":")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "1", "\"x\"", "[]", "{}", " [1, {\"a\": [true]}] \n", "-1.5e300"})
  void oneDocumentIsJson(String text) {
    assertThat(codec.isJson(Json.of(text))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "{", "}", "1 2", "{} []", "{\"a\":}", "'a'", "nul", "[1,]", "// c\n1"})
  void anythingElseIsNot(String text) {
    assertThat(codec.isJson(Json.of(text))).isFalse();
  }

  @Test
  void deepNestingIsRefusedNotOverflowed() {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    assertThat(codec.isJson(Json.of(deep))).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.read(Json.of(deep), JsonNode.class));
  }

  @Test
  void whatCannotBeReadIsNamedByItsPlaceAndNotEchoed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.read(Json.of("{\"url\":\"u\",\"width\":\"s3cret\"}"), Image.class))
        .withMessageContaining("Image")
        .withMessageEndingWith("/width")
        .withMessageNotContaining("s3cret");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.read(Json.of("[{\"url\":{}}]"), Image[].class))
        .withMessageEndingWith("/0/url");
  }

  @Test
  void whatCannotBeWrittenIsNamedByItsType() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> codec.write(new Endless()))
        .withMessageContaining("Endless");
  }

  static final class Endless {
    public Endless getSelf() {
      return this;
    }
  }

  @Test
  void aProgramMayBringAMapperOfItsOwn() {
    PayloadCodec strict = new PayloadCodec(JsonMapper.builder().build());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> strict.read(Json.of("{\"url\":\"u\",\"newer\":1}"), Image.class));
    assertThat(codec.read(Json.of("{\"url\":\"u\",\"newer\":1}"), Image.class))
        .isEqualTo(new Image("u", 0));
  }
}
