package io.taskorch.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskorch.json.WithoutLibrary;
import io.taskorch.task.Json;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskState;
import io.taskorch.task.Violation;
import io.taskorch.task.Violations;
import io.taskorch.workflow.Condition.Upstream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConditionTest {

  private static final Json INPUT =
      Json.of(
          """
          {"amount": 12, "price": 10.5, "huge": 12345678901234567890, "name": "Lake", "none": null,
           "tags": ["a", "b"], "items": [{"n": 1}, {"n": 2}], "odd-name": true, "t": true,
           "twice": 1, "twice": 2, "nested": {"a": [1, 2.0, "x"]}}
          """);

  private static final Map<String, Upstream> STEPS =
      Map.of(
          "build",
          new Upstream(TaskState.SUCCEEDED, Json.of("{\"ok\": true, \"n\": 3}"), null),
          "unit-test",
          new Upstream(
              TaskState.FAILED,
              Json.NULL,
              new TaskError("exception", "java.io.IOException", "disk full", "at …")),
          "a.b",
          new Upstream(TaskState.SKIPPED, Json.NULL, null));

  private static Condition condition(String text) {
    Violations wrong = new Violations();
    Optional<Condition> read = Condition.read(text, "/when", wrong);
    assertThat(wrong.found()).isEmpty();
    return read.orElseThrow();
  }

  private static List<Violation> violations(String text) {
    Violations wrong = new Violations();
    assertThat(Condition.read(text, "/when", wrong).isEmpty()).isEqualTo(!wrong.isEmpty());
    return wrong.found();
  }

  private static boolean test(String text) {
    return condition(text).test(INPUT, STEPS);
  }

  private static ConditionFailedException failure(String text, String input) {
    Condition condition = condition(text);
    return catchThrowableOfType(
        ConditionFailedException.class, () -> condition.test(Json.of(input), STEPS));
  }

  @Nested
  class Answers {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "true",
          "steps.build.result.ok",
          "steps.build.state == 'SUCCEEDED'",
          "steps[\"unit-test\"].state == \"FAILED\"",
          "steps.`unit-test`.state == 'FAILED'",
          "steps['a.b'].state == 'SKIPPED'",
          "steps.build['result']['n'] == 3",
          ".steps.build.result.n == 3",
          "steps.build.error == null",
          "steps['a.b'].result == null",
          "steps['unit-test'].error.kind == 'exception'",
          "steps['unit-test'].error.message.contains('disk')",
          "steps['unit-test'].error.type.startsWith('java.')",
          "steps.build.state in ['SUCCEEDED', 'SKIPPED']",
          "has(steps.build.result.n) && !has(steps.build.result.m)",
          "input.amount > 10.5",
          "input.price < 11",
          "input.price == 10.5 && input.amount == 12.0 && input.amount != 12.5",
          "input.amount + 1 == 13",
          "input.price * 2.0 == 21.0",
          "double(input.amount) / 5.0 == 2.4",
          "input.huge > 1e19 && input.huge > input.amount",
          "input.none == null",
          "has(input.none) && !has(input.nope)",
          "input.twice == 1",
          "input['odd-name']",
          "input.`odd-name`",
          "input.t",
          "'a' in input.tags && !('c' in input.tags)",
          "'amount' in input",
          "size(input.tags) == 2 && input.tags.size() == 2",
          "input.tags == ['a', 'b'] && input.nested == {'a': [1, 2, 'x']}",
          "input.items.exists(i, i.n == 2)",
          "input.items.all(i, i.n > 0)",
          "input.items.exists_one(i, i.n == 1)",
          "input.items.filter(i, i.n > 1).size() == 1",
          "input.items.map(i, i.n * 2) == [2, 4]",
          "input.items.map(i, i.n > 1, i.n) == [2]",
          "input.exists(field, field == 'price')",
          "input.name.lowerAscii() == 'lake' && input.name.upperAscii() == 'LAKE'",
          "' x '.trim() == 'x' && input.name.substring(1, 3) == 'ak'",
          "input.name.matches('^L.k') && matches(input.name, 'a.e$')",
          "type(input.tags) == list && type(input) == map && type(input.amount) == int",
          "timestamp('2026-01-01T00:00:00Z') + duration('1h') < timestamp('2027-01-01T00:00:00Z')",
          "input.amount > 100 ? false : true",
          "input.nope || true",
          "int('12') == input.amount",
        })
    void true_(String text) {
      assertThat(test(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"false", "input.amount < 10.5", "input.name == 5", "input.items == input.tags"})
    void false_(String text) {
      assertThat(test(text)).isFalse();
    }

    @Test
    void aLoopVariableMayHaveTheirNames() {
      assertThat(test("input.items.exists(steps, steps.n == 2)")).isTrue();
      assertThat(test("['x'].all(input, input == 'x')")).isTrue();
    }

    @Test
    void comeToManyThreadsAtOnce() {
      Condition condition = condition("input.exists(x, x == 3) && steps.build.result.n == 3");
      assertThat(
              IntStream.range(0, 2_000)
                  .parallel()
                  .allMatch(i -> condition.test(Json.of("[%d]".formatted(i)), STEPS) == (i == 3)))
          .isTrue();
    }

    @Test
    void aWholeDocumentMayBeAnything() {
      assertThat(condition("input == 5").test(Json.of(" 5 "), Map.of())).isTrue();
      assertThat(condition("input").test(Json.of("true"), Map.of())).isTrue();
    }
  }

  @Nested
  class References {

    private static Condition read(String text) {
      return condition(text);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '#',
        value = {
          "input.a; ",
          "steps.build.state == ''; build",
          "steps['unit-test'].result; unit-test",
          ".steps['x'].result.steps.y == input; x",
          "steps.a.result > steps.b.result || has(steps.c.result); a b c",
          "has(steps.d); d",
          "steps.a == steps.b; a b",
          "input.all(steps, steps.a == 1); ",
          "input.all(steps, .steps.a.result == 1); a",
          "input.all(x, steps.a.result == x); a",
          "steps.a.result.all(steps, steps.b); a",
          "[1].exists(steps, steps == 1) && steps.b.result; b",
          "[1].map(steps, [steps].exists(x, x == steps)) == [steps.c.result]; c",
          "{'steps': steps.a.result}.steps == 1; a",
          "input.steps.a == 1; ",
        })
    void areFound(String text, String names) {
      assertThat(read(text).steps())
          .containsExactlyInAnyOrder(names == null ? new String[0] : names.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "size(steps) == 1",
          "steps[input.name].state == ''",
          "steps.exists(s, steps[s].state == 'FAILED')",
          "steps == input",
          "'a' in steps",
          "steps['a' + 'b'].result",
          "[1].exists(input, .steps == input)",
          "[steps].exists(steps, steps.a.result)",
          "(true ? steps : steps).a.result",
          "steps.build.stat == 'FAILED'",
          "steps['build']['results'] == 1",
        })
    void thatMeanNoStepAreRefused(String text) {
      assertThat(violations(text))
          .isNotEmpty()
          .allSatisfy(wrong -> assertThat(wrong.code()).isEqualTo("invalid-reference"));
    }

    @Test
    void toTheInputAreFound() {
      assertThat(read("input.a").refersToInput()).isTrue();
      assertThat(read(".input.a").refersToInput()).isTrue();
      assertThat(read("steps.input.result").refersToInput()).isFalse();
      assertThat(read("[1].exists(input, input == 1)").refersToInput()).isFalse();
      assertThat(read("[1].exists(input, .input == 1)").refersToInput()).isTrue();
      assertThat(read("[input].exists(input, input == 1)").refersToInput()).isTrue();
    }

    @Test
    void onlyWhatIsReferredToIsRead() {
      Json broken = Json.of("{");
      Upstream step = new Upstream(TaskState.SUCCEEDED, broken, null);
      Condition condition = read("steps.a.state == 'SUCCEEDED'");
      assertThat(condition.test(broken, Map.of("a", step, "b", step))).isTrue();
    }
  }

  @Nested
  class Refusals {

    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '#',
        value = {
          "; invalid-expression; line 1, column 1",
          "input.; invalid-expression; line 1, column 7",
          "input.a b; invalid-expression; line 1, column 9",
          "nope > 1; invalid-expression; undeclared reference",
          "nope(1); invalid-expression; undeclared reference",
          "contains(); invalid-expression; no matching overload",
          "matches(); invalid-expression; no matching overload",
          "matches('a'); invalid-expression; no matching overload",
          "'a'.matches(); invalid-expression; no matching overload",
          "'a' < 1; invalid-expression; no matching overload",
          "1; invalid-expression; gives neither true nor false",
          "input.map(i, i); invalid-expression; gives neither true nor false",
          "google.protobuf.Timestamp{} == null; invalid-expression; makes a message",
          "input.a.matches(input.b); invalid-expression; not a constant",
          "input.a.matches('('); invalid-expression; not a regular expression",
          "input.a.matches('a{1000}'); too-complex; pattern",
          "{input.a: 1} == {}; invalid-expression; not a constant text",
          "input.a.replace('', 'b') == ''; invalid-expression; undeclared reference",
        })
    void sayWhatIsWrong(String text, String code, String detail) {
      assertThat(violations(text == null ? "" : text))
          .isNotEmpty()
          .allSatisfy(
              wrong -> {
                assertThat(wrong.pointer()).isEqualTo("/when");
                assertThat(wrong.code()).isEqualTo(code);
                assertThat(wrong.detail()).contains(detail).hasSizeLessThan(400);
              });
    }

    @Test
    void comeForEachLine() {
      assertThat(violations("true &&\n  nope &&\n  nope2"))
          .extracting(Violation::detail)
          .satisfiesExactly(
              first -> assertThat(first).contains("line 2, column 3"),
              second -> assertThat(second).contains("line 3, column 3"));
    }

    @Test
    void comeForWhatIsTooLong() {
      String longest = "true" + " ".repeat(Condition.LONGEST - 4);
      assertThat(test(longest)).isTrue();
      assertThat(violations(longest + " ")).extracting(Violation::code).containsExactly("too-long");
    }

    @ParameterizedTest
    @MethodSource("io.taskorch.workflow.ConditionTest#deep")
    void comeForWhatIsTooDeep(String text) {
      assertThat(violations(text))
          .isNotEmpty()
          .allSatisfy(wrong -> assertThat(wrong.code()).isEqualTo("too-deep"));
    }
  }

  static List<String> deep() {
    return List.of(
        "(".repeat(2_000) + "1" + ")".repeat(2_000),
        "[".repeat(2_000) + "1" + "]".repeat(2_000),
        "!".repeat(1) + "(!".repeat(1_000) + "true" + ")".repeat(1_000),
        "input" + ".a".repeat(2_000),
        "input" + "[0]".repeat(1_000),
        "1" + "+1".repeat(2_000) + " == 1",
        "true" + "?true:true".repeat(400),
        "input" + ".all(x,true)".repeat(100),
        IntStream.range(0, 100).mapToObj(i -> "[1].all(x,").collect(Collectors.joining())
            + "true"
            + ")".repeat(100));
  }

  @Nested
  class Failures {

    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        quoteCharacter = '#',
        value = {
          "input.nope; nope",
          "input.none.x == 1; 'x'",
          "steps.gone.state == ''; gone",
          "input.amount; neither true nor false",
          "input.name && true; boolean",
          "input.name > 5; No matching overload",
          "input.tags[2] == ''; ",
          "input.tags[99999999999] == ''; ",
          "1 / (input.amount - 12) == 1; zero",
          "input.amount * 9223372036854775807 == 1; ",
          "int(input.name) == 1; ",
          "input.nope || false; nope",
          "input.items.exists(i, i.m == 1); m",
          "timestamp(input.name) == timestamp(0); ",
        })
    void areOursAndSayWhy(String text, String why) {
      ConditionFailedException failure = failure(text, INPUT.toString());
      assertThat(failure.kind()).isEqualTo("condition-failed");
      assertThat(failure.getMessage()).contains(why == null ? "" : why).hasSizeLessThan(400);
      assertThat(failure.getCause()).isNull();
    }

    @Test
    void doNotShowArraysAndObjects() {
      assertThat(failure("input && true", "{\"secret\":1}")).message().doesNotContain("secret");
      assertThat(failure("input[99999999999]", "[\"secret\"]")).message().doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "1 2", "\"\\x\"", "{\"a\":}"})
    void comeFromWhatIsNotJson(String input) {
      assertThat(failure("input == 1", input))
          .satisfies(failure -> assertThat(failure.kind()).isEqualTo("condition-failed"))
          .hasMessageContaining("not JSON");
    }

    @Test
    void comeFromADocumentThatIsNestedTooDeep() {
      String deep = "[".repeat(100_000) + "]".repeat(100_000);
      assertThat(failure("input == 1", deep).kind()).isEqualTo("condition-failed");
      String nearly = "[".repeat(900) + "]".repeat(900);
      assertThat(condition("input == [input][0]").test(Json.of(nearly), Map.of())).isTrue();
    }
  }

  /** A condition that would take from seconds to for ever. */
  record Hostile(String text, String input) {
    @Override
    public String toString() {
      return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
  }

  private static final int MIB = 1024 * 1024;

  private static String listOf(String element) {
    return "[" + (element + ",").repeat(MIB / (element.length() + 1)) + element + "]";
  }

  static List<Hostile> hostile() {
    String numbers = listOf("99999");
    String objects = listOf("{\"a\":[1]}");
    String text = "\"" + "a".repeat(MIB) + "\"";
    String search =
        "{\"s\":\"%s\",\"p\":\"%sb\"}".formatted("a".repeat(MIB / 2), "a".repeat(MIB / 4));
    String digits = "\"" + "1".repeat(MIB) + "\"";
    String doubled = "[[1]]" + ".map(x,[x,x,x,x,x,x,x,x])".repeat(50);
    return List.of(
        // loops
        new Hostile("input.all(a, input.all(b, input.all(c, a + b + c > 0)))", numbers),
        new Hostile("input.exists(x, x == 'a')", numbers),
        new Hostile("input.filter(x, true).filter(x, true).size() == 1", numbers),
        new Hostile(
            "input.all(x, " + "input.all(y, ".repeat(10) + "true" + ")".repeat(11), numbers),
        // errors that are outweighed
        new Hostile("input.exists(x, x.nope)", numbers),
        new Hostile("input.all(x, x.nope || true)", numbers),
        new Hostile("input.all(x, true || x.nope)", numbers),
        new Hostile("input.exists(x, x.a.a || true && x.b)", objects),
        new Hostile(
            "input.all(x, " + "[".repeat(40) + "x.nope" + "]".repeat(40) + " == [] || true)",
            numbers),
        // values that would be put into their messages
        new Hostile("input.exists(x, dyn(input))", objects),
        new Hostile("input.exists(x, input[99999999999])", objects),
        new Hostile("dyn(" + doubled + ") || true", "1"),
        new Hostile(doubled + "[99999999999] == dyn(1) || true", "1"),
        // comparisons
        new Hostile("input.all(x, input == [] || x != input)", objects),
        new Hostile("input.exists(x, x in input && false)", objects),
        new Hostile(doubled + " == dyn(1)", "1"),
        new Hostile("[[1]]" + ".map(x,{'a':x,'b':x,'c':x,'d':x})".repeat(50) + " == dyn(1)", "1"),
        // texts
        new Hostile("input.s.contains(input.p)", search),
        new Hostile("input.s.matches('(.*)(.*)(.*)(.*)(.*)b')", search),
        new Hostile("input.matches('(x+x+)+(x+x+)+(x+x+)+y')", text),
        new Hostile("input.exists(x, 'a'.matches('a{400}'))", numbers),
        new Hostile("duration(input) == duration('1s')", "\"" + "1s".repeat(MIB / 2) + "\""),
        new Hostile("timestamp(input) > timestamp(0)", digits),
        new Hostile("double(input) > 1.0", digits),
        new Hostile("int(input) > 1", digits),
        new Hostile("input.lowerAscii() == ''" + " || input.trim() == ''".repeat(100), text),
        // growth
        new Hostile("[input]" + ".map(x,x+x+x+x+x+x+x+x)".repeat(50) + " == [1]", text),
        new Hostile("[bytes(input)]" + ".map(x,x+x)".repeat(50) + " == [b'']", text),
        new Hostile("size(input" + "+input".repeat(50) + ") == 1", text),
        new Hostile("[input]" + ".map(x,x+x+x+x+x+x+x+x)".repeat(50) + " == [1]", numbers),
        new Hostile("input.map(x, input.map(y, input)) == input", objects));
  }

  /** About 0.1 s when the JVM is warm; the bound leaves room for one that is not, and is busy. */
  @ParameterizedTest
  @MethodSource("hostile")
  void aHostileConditionEndsSoon(Hostile hostile) {
    Condition condition = condition(hostile.text());
    Json input = Json.of(hostile.input());
    long start = System.nanoTime();
    assertThat(
            catchThrowableOfType(ConditionFailedException.class, () -> condition.test(input, STEPS))
                .kind())
        .isEqualTo("condition-too-costly");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void aHostileConditionIsReadSoon(String text) {
    long start = System.nanoTime();
    Condition.read(text, "/when", new Violations());
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  static Stream<String> unreadable() {
    return Stream.concat(
        deep().stream(),
        Stream.of(
            "[1]" + ".map(x,{x:{x:x}})".repeat(50) + " == [dyn(1)]",
            "[1]" + ".map(x,[{'a':x},{'b':x}])".repeat(50) + " == [dyn(1)]",
            "[1]" + ".map(x,[x,x].map(y,[y]))".repeat(50) + " == [dyn(1)]",
            "nope+".repeat(800) + "1",
            "nope||".repeat(600) + "true",
            "true&&(".repeat(500),
            "?".repeat(4_000),
            "(".repeat(4_000),
            "{".repeat(4_000),
            "'".repeat(4_000),
            "1 1 ".repeat(1_000),
            "[" + "[],{},".repeat(600) + "1]==1",
            "input.a(" + "b(".repeat(30) + ")".repeat(31),
            "1==1" + "==true".repeat(600),
            "\u0000\ud800".repeat(1_000),
            "input.matches('" + "((a{10}){10}){10}".repeat(50) + "')",
            "input.matches('" + "(".repeat(1_900) + ")".repeat(1_900) + "')"));
  }

  @Test
  void anOrdinaryConditionOverALargeInputIsAnswered() {
    Json items =
        Json.of(
            listOf("{\"price\":9.5,\"tags\":[\"new\"],\"text\":\"%s\"}".formatted("x".repeat(60))));
    assertThat(items.size()).isGreaterThan(MIB - 200);
    assertThat(
            condition(
                    "input.exists(i, i.price > 10 && 'old' in i.tags || i.text.contains('error'))")
                .test(items, Map.of()))
        .isFalse();
    Json numbers = Json.of("[" + "99999,".repeat(50_000) + "1]");
    assertThat(condition("input.exists(x, x == 'a')").test(numbers, Map.of())).isFalse();
    Json text = Json.of("\"" + "x".repeat(MIB) + "\"");
    assertThat(condition("input.contains('error')").test(text, Map.of())).isFalse();
    assertThat(condition("input.matches('y+')").test(text, Map.of())).isFalse();
  }

  @Nested
  class WithoutTheLibrary {

    @Test
    void theRefusalNamesIt() throws Exception {
      Violations wrong = new Violations();
      Object read =
          new WithoutLibrary(Condition.class, "dev.cel.", "com.google.re2j.")
              .loadClass(Condition.class.getName())
              .getMethod("read", String.class, String.class, Violations.class)
              .invoke(null, "true", "/when", wrong);
      assertThat(read).isEqualTo(Optional.empty());
      assertThat(wrong.found())
          .containsExactly(
              new Violation("/when", "unsupported", "needs dev.cel:cel on the class path"));
    }
  }
}
