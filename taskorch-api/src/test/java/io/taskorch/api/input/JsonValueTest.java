package io.taskorch.api.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {

  private static JsonValue parse(String text) {
    return JsonValue.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.10",
        "9007199254740993",
        "-0",
        "1E400",
        "[]",
        "{}",
        "{ \"a\" : [ 1 , 2.50 ,null ] }",
        "\"\\u00e9\\ud83d\\ude00 é😀 \\/ \\u0000\"",
        "\"half \\ud800\"",
        "true",
        "false",
        "null",
        "\"\"",
        "{\"a\":1,\"a\":2}",
        "[[[\"]\", \"}\"]]]",
      })
  void aValueKeepsItsBytesWhereverItStands(String text) {
    assertThat(parse(text).raw()).hasToString(text);
    assertThat(parse(" \n" + text + "\t ").raw()).hasToString(text);
    String object = "{\"x\":" + text + ",\"é\":  " + text + " ,\"z\":" + text + "\n}";
    assertThat(parse(object).fields(name -> {}).values())
        .hasSize(3)
        .allSatisfy(value -> assertThat(value.raw()).hasToString(text));
    String array = "[" + text + "," + text + " , " + text + "]";
    assertThat(parse(array).items())
        .hasSize(3)
        .allSatisfy(value -> assertThat(value.raw()).hasToString(text));
    assertThat(
            parse("{\"outer\": [{\"inner\":" + text + "}]}")
                .fields(name -> {})
                .get("outer")
                .items()
                .getFirst()
                .fields(name -> {})
                .get("inner")
                .raw())
        .hasToString(text);
  }

  @Test
  void anyDocumentKeepsItsBytes() {
    Random random = new Random(42);
    for (int i = 0; i < 2_000; i++) {
      String text = document(random, 4);
      JsonValue outer = parse("{\"a\":" + text + ", \"b\":[" + text + "," + text + "]}");
      var fields = outer.fields(name -> {});
      assertThat(fields.get("a").raw()).hasToString(text);
      assertThat(fields.get("b").items()).allSatisfy(v -> assertThat(v.raw()).hasToString(text));
    }
  }

  private static String document(Random random, int depth) {
    String space = " ".repeat(random.nextInt(3));
    return switch (random.nextInt(depth > 0 ? 7 : 5)) {
      case 0 -> "" + random.nextLong();
      case 1 -> random.nextInt(100) + ".5" + random.nextInt(10) + "0e-" + random.nextInt(9);
      case 2 -> "\"" + "é\\n\\\"😀\\u20ac".repeat(random.nextInt(4)) + "x\"";
      case 3 -> random.nextBoolean() + "";
      case 4 -> "null";
      case 5 -> "[" + space + document(random, depth - 1) + space + "," + document(random, 0) + "]";
      default -> "{\"k\"" + space + ":" + document(random, depth - 1) + space + "}";
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"a\":1",
        "{\"a\":1}x",
        "{}{}",
        "1 2",
        "{'a':1}",
        "{a:1}",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "+1",
        "1.",
        ".5",
        "NaN",
        "-Infinity",
        "nul",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "// x\n1",
        "/**/1",
        "{\"a\" 1}",
        "[1 2]",
        "\u0000",
        "\uFEFF1",
        "tru\u0000e"
      })
  void refusesWhatIsNotExactlyOneValue(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(MalformedJsonException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
  void refusesOtherEncodings(String name) {
    byte[] body = "{\"type\":\"a\"}".getBytes(Charset.forName(name));
    assertThatThrownBy(() -> JsonValue.parse(body)).isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    for (byte[] bad :
        new byte[][] {
          {'"', (byte) 0xff, '"'},
          {'"', (byte) 0xc0, (byte) 0x80, '"'},
          {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'},
          {'[', '"', (byte) 0xe2, (byte) 0x82, '"', ']'},
        }) {
      assertThatThrownBy(() -> JsonValue.parse(bad)).isInstanceOf(MalformedJsonException.class);
    }
  }

  @Test
  void refusesWhatIsNestedTooDeepOrHasEndlessNumbers() {
    String deepest = "[".repeat(JsonValue.DEEPEST) + "]".repeat(JsonValue.DEEPEST);
    assertThat(parse(deepest).raw()).hasToString(deepest);
    assertThatThrownBy(() -> parse("[" + deepest + "]"))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageContaining("nested");
    assertThatThrownBy(() -> parse("[".repeat(100_000))).isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> parse("{\"payload\":[" + "9".repeat(1_001) + "]}"))
        .isInstanceOf(MalformedJsonException.class);
    assertThatThrownBy(() -> parse("{\"payload\":" + "9".repeat(600) + "." + "9".repeat(600) + "}"))
        .isInstanceOf(MalformedJsonException.class);
  }

  @Test
  void neverRepeatsTheBodyInItsWords() {
    assertThatThrownBy(() -> parse("{\"type\": secret}"))
        .isInstanceOf(MalformedJsonException.class)
        .hasMessageNotContaining("secret")
        .hasMessageContaining("line 1");
  }
}
