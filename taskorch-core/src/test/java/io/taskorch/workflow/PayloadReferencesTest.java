package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Json;
import io.taskorch.task.Violation;
import io.taskorch.workflow.PayloadReferences.Values;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadReferencesTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Nested
  class WhatAPayloadRefersTo {

    @Test
    void referencesStandInAnyStringAtAnyDepth() {
      PayloadReferences references =
          PayloadReferences.of(
              Json.of(
                  """
                  {"a": ["x ${steps.one.result.y} ${input}", {"b": "${steps.two.result}"}], "c": 1}
                  """),
              Set.of("one", "two", "three"));
      assertThat(references.refersToInput()).isTrue();
      assertThat(references.steps()).containsExactlyInAnyOrder("one", "two");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"null", "\"input\"", "\"$${input}\"", "\"$ {input}\"", "{\"${input}\":\"$\"}"})
    void whatOnlyLooksLikeAReferenceIsNone(String payload) {
      PayloadReferences references = PayloadReferences.of(Json.of(payload), Set.of());
      assertThat(references.refersToInput()).isFalse();
      assertThat(references.steps()).isEmpty();
    }

    @Test
    void aReferenceMayBeWrittenWithEscapes() {
      assertThat(PayloadReferences.of(Json.of("\"\\u0024{input}\""), Set.of()).refersToInput())
          .isTrue();
      assertThat(PayloadReferences.of(Json.of("\"$\\u007binput}\""), Set.of()).refersToInput())
          .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
      "steps.a.result, a",
      "steps.a.result.x, a",
      "steps.a.b.result.x, a.b",
      "steps.a.result.result, a.result",
      "steps.a.result.result.x, a.result",
      "steps.a.result.b.result, a.result.b",
      "steps.a.results.result, a.results",
      "steps.a.result.x.result.y, a",
    })
    void theLongestNameOfAStepBeforeResultIsMeant(String reference, String step) {
      Set<String> names = Set.of("a", "a.b", "a.result", "a.result.b", "a.results", "result");
      assertThat(PayloadReferences.of(whole(reference), names).steps()).containsExactly(step);
    }

    @Property
    void fewerNamesGiveTheSameMeaningAsLongAsTheOneMeantIsAmongThem(
        @ForAll("dottedNames") @Size(min = 1, max = 8) Set<String> names,
        @ForAll("dottedNames") @Size(max = 4) Set<String> others) {
      for (String name : names) {
        Json payload = whole("steps." + name + ".result.x");
        Set<String> all = new HashSet<>(names);
        all.addAll(others);
        Set<String> meant = PayloadReferences.of(payload, all).steps();
        assertThat(PayloadReferences.of(payload, meant).steps()).isEqualTo(meant);
      }
    }

    @Provide
    Arbitrary<Set<String>> dottedNames() {
      return Arbitraries.of("a", "b", "result", "resultx")
          .list()
          .ofMinSize(1)
          .ofMaxSize(4)
          .map(parts -> String.join(".", parts))
          .set();
    }
  }

  @Nested
  class WhatIsRefused {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "input.",
          "input..a",
          ".input",
          "inputs",
          "input ",
          " input",
          "Input",
          "in",
          "input.a.",
          "steps",
          "steps.",
          "steps.a",
          "steps.a.",
          "steps..result",
          "steps.result",
          "steps.a.resultx",
          "steps.a.result.",
          "steps.a.result..x",
          "steps.a.Result",
          "env.HOME",
          "input.${input",
          "input.{x",
          "input.a\\u0000b",
          "HOME"
        })
    void whatIsNoReference(String text) {
      assertThat(violations("{\"deep\":[0,\"${" + text + "}\"]}"))
          .extracting(Violation::pointer, Violation::code)
          .containsOnly(tuple("/deep/1", "invalid-reference"));
    }

    @Test
    void aReferenceWithoutItsEnd() {
      assertThat(violations("[\"${input\", \"$${ ${\"]"))
          .extracting(Violation::pointer, Violation::code)
          .containsExactly(tuple("/0", "invalid-reference"), tuple("/1", "invalid-reference"));
    }

    @Test
    void aReferenceThatIsTooLongToBeRepeated() {
      assertThat(violations("\"${input." + "a".repeat(600) + "}\""))
          .extracting(Violation::code)
          .containsExactly("invalid-reference");
    }

    @Test
    void aStepThatDoesNotExist() {
      assertThat(violations("{\"x\":\"${steps.nowhere.result} ${steps.no.where.result.x}\"}"))
          .extracting(Violation::pointer, Violation::code)
          .containsExactly(tuple("/x", "unknown-step"), tuple("/x", "unknown-step"));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "${input}",
          "{\"a\":\"${input}\"",
          "{\"a\":\"${input}",
          "\"${input}\" \"${input}\"",
          "{\"a\":\"${input}\"} x",
          "\uFEFF\"${input}\"",
          "\"half \\ud800 ${input}\"",
          "\"line\nbreak ${input}\"",
        })
    void whatIsNotOneDocumentOfJson(String payload) {
      assertThat(violations(payload)).extracting(Violation::code).containsOnly("invalid-json");
    }

    @Test
    void aPayloadInAnotherEncodingIsNoJson() {
      byte[] utf16 = "\uFEFF\"${input}\"".getBytes(StandardCharsets.UTF_16BE);
      assertThat(PayloadReferences.of(Json.ofUtf8(utf16), Set.of()).refersToInput()).isFalse();
      byte[] broken = {'"', '$', '{', (byte) 0xff, '}', '"'};
      assertThatThrownBy(() -> PayloadReferences.of(Json.ofUtf8(broken), Set.of()))
          .isInstanceOf(InvalidTaskException.class);
    }

    @Test
    void aPayloadNestedTooDeeplyIsNoJsonRatherThanAnOverflow() {
      String payload = "[".repeat(100_000) + "\"${input}\"" + "]".repeat(100_000);
      assertThat(violations(payload)).extracting(Violation::code).containsExactly("invalid-json");
    }

    @Test
    void withoutReferencesAPayloadIsNotReadAtAll() {
      assertThat(resolve("not json {", "1")).isEqualTo("not json {");
    }
  }

  @Nested
  class Resolving {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "1.10",
          "-0",
          "-0.0",
          "1e400",
          "1E+2",
          "123456789012345678901234567890123456789012345678901234567890",
          "0.10000000000000000000000000000000000000001",
          "true",
          "null",
          "\"text\"",
          "\"\\u00e9\\ud83d\\ude00é😀\"",
          "\"\\ud800\"",
          "[1, 2,  3]",
          "{\"b\": 1.0, \"a\": {}}",
          "{}",
          "[]"
        })
    void aWholeStringBecomesTheValueWithItsTypeAndEveryDigit(String value) {
      assertThat(resolve("{\"v\":\"${input}\"}", value)).isEqualTo("{\"v\":" + value + "}");
      assertThat(resolve("{\"v\":\"${input.x}\"}", "{\"w\":0,\"x\":" + value + ",\"y\":0}"))
          .isEqualTo("{\"v\":" + value + "}");
      assertThat(resolve("[\"${input.1}\"]", "[0, " + value + " , 2]"))
          .isEqualTo("[" + value + "]");
      assertThat(resolve("\"${input}\"", " " + value + " \n")).isEqualTo(value);
    }

    @Test
    void numbersOfAnyLengthPass() {
      String number = "9".repeat(5_000) + "." + "1".repeat(5_000);
      assertThat(resolve("[" + number + ",\"${input.n}\"]", "{\"n\":" + number + "}"))
          .isEqualTo("[" + number + "," + number + "]");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "\"text\"            | \"<text>\"",
          "\"a \\\" \\\\ \\n\" | \"<a \\\" \\\\ \\n>\"",
          "1.10                | \"<1.10>\"",
          "null                | \"<null>\"",
          "true                | \"<true>\"",
          "[1, \"x\"]          | \"<[1, \\\"x\\\"]>\"",
          "{\"a\":\"\\n\"}     | \"<{\\\"a\\\":\\\"\\\\n\\\"}>\"",
          "\"\"                | \"<>\"",
        })
    void insideLongerTextAValueBecomesText(String value, String expected) {
      assertThat(resolve("\"<${input}>\"", value)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "$${input}          | ${input}",
          "$$${input}         | $5",
          "$$$${input}        | $${input}",
          "$$$$${input}       | $$5",
          "a $${x} ${input} b | a ${x} 5 b",
          "$${                | ${",
          "$ $$ {} $a${input} | $ $$ {} $a5",
          "${input}${input}   | 55",
          "${input}$${input}  | 5${input}",
          "{${input}}         | {5}",
          "é😀${input}         | é😀5",
        })
    void twoDollarsBeforeABraceStandForOne(String text, String expected) {
      assertThat(resolve("\"" + text + "\"", "5")).isEqualTo("\"" + expected + "\"");
    }

    @Test
    void pathsGoThroughFieldsByNameAndThroughArraysByNumber() {
      String result = "{\"a\":[{\"b\":1},{\"b\":2,\"0\":3}],\"\":4,\"x y\":5,\"é\":6}";
      assertThat(resolveStep("${steps.s.result.a.1.b}", result)).isEqualTo("2");
      assertThat(resolveStep("${steps.s.result.a.1.0}", result)).isEqualTo("3");
      assertThat(resolveStep("${steps.s.result.x y}", result)).isEqualTo("5");
      assertThat(resolveStep("${steps.s.result.é}", result)).isEqualTo("6");
    }

    @Test
    void whatIsInsideAnotherReferencedValueIsFoundToo() {
      assertThat(
              resolve(
                  "[\"${input}\",\"${input.a}\",\"${input.a.b}\",\"${input.a.b}\"]",
                  "{\"a\":{\"b\":[1]},\"c\":2}"))
          .isEqualTo("[{\"a\":{\"b\":[1]},\"c\":2},{\"b\":[1]},[1],[1]]");
    }

    @Test
    void ofTwoFieldsOfOneNameTheFirstCounts() {
      assertThat(resolve("\"${input.a.b}\"", "{\"a\":{\"b\":1,\"b\":2},\"a\":{\"b\":3}}"))
          .isEqualTo("1");
    }

    @Test
    void valuesAreNotSearchedForReferences() {
      assertThat(resolve("[\"${input}\",\"x${input}\"]", "\"${input}\""))
          .isEqualTo("[\"${input}\",\"x${input}\"]");
    }

    @Test
    void everythingElseStaysByteForByte() {
      String payload =
          " {\"n\" : 1.10, \"n\":1e5,\t\"u\":\"\\u00e9\\/\", \"r\": \"%s\" ,\r\n \"z\":[ ] } \n";
      assertThat(resolve(payload.formatted("${input}"), "7"))
          .isEqualTo(payload.replace("\"%s\"", "7"));
    }

    @Test
    void aPayloadWithoutReferencesIsTheVerySame() {
      for (String text : List.of("{\"a\":1.10}", "\"\\u00e9\"", "\"$\"", "\"{$}\"", "")) {
        Json payload = Json.of(text);
        assertThat(PayloadReferences.of(payload, Set.of()).resolve(Values.NONE)).isSameAs(payload);
      }
    }

    @ParameterizedTest
    @CsvSource({
      "input.x, {}",
      "input.x, '{\"y\":{\"x\":1}}'",
      "input.x.y, '{\"x\":1}'",
      "input.x.y, '{\"x\":null}'",
      "input.x, null",
      "input.x, '\"x\"'",
      "input.1, '[0]'",
      "input.-1, '[0]'",
      "input.00, '[0]'",
      "input.length, '[0]'",
      "input, ''",
    })
    void aMissingValueIsAPermanentErrorThatNamesTheReference(String reference, String input) {
      assertThatThrownBy(() -> resolve("[\"${" + reference + "}\"]", input))
          .isInstanceOfSatisfying(
              UnresolvedReferenceException.class,
              e -> {
                assertThat(e.kind()).isEqualTo("unresolved-reference");
                assertThat(e).hasMessage("there is no value for ${" + reference + "}");
              });
    }

    @Test
    void aStepWithoutAResultIsMissing() {
      PayloadReferences references = PayloadReferences.of(whole("steps.s.result"), Set.of("s"));
      assertThatThrownBy(() -> references.resolve(Values.NONE))
          .isInstanceOf(UnresolvedReferenceException.class)
          .hasMessageContaining("${steps.s.result}");
      assertThat(references.resolve(new Values(Json.NULL, Map.of("s", Json.NULL), null)))
          .isEqualTo(Json.NULL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"x\":", "nonsense", "{\"a\":1 \"x\":2}", "[1,"})
    void aResultThatIsNotJsonIsAnError(String input) {
      assertThatThrownBy(() -> resolve("\"${input.x}\"", input))
          .isInstanceOf(UnresolvedReferenceException.class)
          .hasMessageContaining("not JSON")
          .hasMessageNotContaining(input);
    }

    @Test
    void moreThanOneMebibyteInAllIsTooLarge() {
      int most = PayloadReferences.MOST_RESOLVED_BYTES;
      assertThat(resolve("[\"${input}\"]", "\"" + "x".repeat(most - 4) + "\"")).hasSize(most);
      assertTooLarge("[\"${input}\"]", "\"" + "x".repeat(most - 3) + "\"");
      assertTooLarge("\"<${input}>\"", "\"" + "x".repeat(most - 3) + "\"");
      assertTooLarge("\"<${input}>\"", "[" + "\"\",".repeat(most / 4) + "0]");
      assertTooLarge("\"<${input}>\"", "[" + "1,".repeat(most) + "0]");
      assertTooLarge("[" + "\"${input}\",".repeat(2_000) + "0]", "\"" + "x".repeat(1_000) + "\"");
    }

    @Test
    void manyReferencesToALargeDocumentCostLittleMoreThanOne() {
      StringBuilder input = new StringBuilder("{");
      for (int i = 0; i < 40_000; i++) {
        input.append("\"field-").append(i).append("\":[1,2,{\"a\":3}],");
      }
      String payload = "[" + "\"${input.field-39999.2.a}\",\"${input.x}\",".repeat(8_000) + "0]";

      assertTimeout(
          Duration.ofSeconds(10), () -> resolve(payload, input.append("\"x\":4}").toString()));
    }

    private void assertTooLarge(String payload, String input) {
      assertThatThrownBy(() -> resolve(payload, input))
          .isInstanceOfSatisfying(
              UnresolvedReferenceException.class,
              e -> assertThat(e.kind()).isEqualTo("input-too-large"));
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void everyValueOfADocumentIsFoundByItsPath(@ForAll("documents") JsonNode document) {
    ArrayNode payload = MAPPER.createArrayNode();
    ArrayNode expected = MAPPER.createArrayNode();
    collect("input", document, payload, expected);

    for (String input : List.of(document.toString(), document.toPrettyString())) {
      assertThat(read(resolve(payload.toString(), input))).hasToString(expected.toString());
    }
  }

  @Property
  void anyTextCanBeWrittenWithEscapes(@ForAll("texts") String text, @ForAll("texts") String value) {
    // A dollar before a brace is doubled, and so is each of the dollars right before it.
    String escaped = text.replaceAll("(\\$+)(?=\\{)", "$1$1");
    ObjectNode payload = MAPPER.createObjectNode().put("text", escaped).put("ref", "${input}");
    JsonNode resolved = read(resolve(payload.toString(), json(value)));
    assertThat(resolved.get("text").textValue()).isEqualTo(text);
    assertThat(resolved.get("ref").textValue()).isEqualTo(value);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("${}ab\"\\\n").ofMaxLength(12),
        Arbitraries.strings().ascii().ofMaxLength(12),
        Arbitraries.strings().withCharRange('\u00a0', '\ud7ff').ofMaxLength(12));
  }

  @Provide
  Arbitrary<JsonNode> documents() {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    Arbitrary<JsonNode> scalars =
        Arbitraries.oneOf(
            texts().map(nodes::textNode),
            Arbitraries.integers().map(nodes::numberNode),
            Arbitraries.bigIntegers().map(nodes::numberNode),
            Arbitraries.of(true, false).map(nodes::booleanNode),
            Arbitraries.just(nodes.nullNode()));
    Arbitrary<String> names =
        Arbitraries.strings().withChars("ab01 \"\\é$").ofMinLength(1).ofMaxLength(3);
    Arbitrary<JsonNode> documents = scalars;
    for (int depth = 0; depth < 3; depth++) {
      Arbitrary<JsonNode> inner = documents;
      documents =
          Arbitraries.oneOf(
              inner,
              inner.list().ofMaxSize(3).map(values -> nodes.arrayNode().addAll(values)),
              Arbitraries.maps(names, inner)
                  .ofMaxSize(3)
                  .map(fields -> nodes.objectNode().setAll(fields)));
    }
    return documents;
  }

  private static void collect(
      String path, JsonNode value, ArrayNode references, ArrayNode expected) {
    references.add("${" + path + "}");
    expected.add(value);
    if (value.isTextual()) {
      references.add("<${" + path + "}>");
      expected.add("<" + value.textValue() + ">");
    }
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        collect(path + "." + i, value.get(i), references, expected);
      }
    }
    value
        .properties()
        .forEach(
            field -> collect(path + "." + field.getKey(), field.getValue(), references, expected));
  }

  private static String resolve(String payload, String input) {
    return PayloadReferences.of(Json.of(payload), Set.of())
        .resolve(new Values(Json.of(input), Map.of(), null))
        .toString();
  }

  private static String resolveStep(String text, String result) {
    Map<String, Json> results = Map.of("s", Json.of(result));
    return PayloadReferences.of(Json.of("\"" + text + "\""), results.keySet())
        .resolve(new Values(Json.NULL, results, null))
        .toString();
  }

  private static List<Violation> violations(String payload) {
    return new ArrayList<>(
        catchThrowableOfType(
                InvalidTaskException.class,
                () -> PayloadReferences.of(Json.of(payload), Set.of("a")))
            .violations());
  }

  private static Json whole(String reference) {
    return Json.of("\"${" + reference + "}\"");
  }

  private static String json(String text) {
    return MAPPER.getNodeFactory().textNode(text).toString();
  }

  private static JsonNode read(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
