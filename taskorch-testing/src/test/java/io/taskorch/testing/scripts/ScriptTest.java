package io.taskorch.testing.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How the scripts are written: what reviewers would have to look for in each of them. */
class ScriptTest {

  private static final Pattern FIRST_LINE = Pattern.compile("#!lua( flags=[a-z,-]+)?");
  private static final Pattern RANGE = Pattern.compile("(KEYS|ARGV)\\[(\\d+)] … \\1\\[(\\d+)]");

  /** What can be made to wait: a full Redis refuses these, and must carry out the rest. */
  private static final Set<String> REFUSED_WHEN_FULL =
      Set.of(
          "task/enqueue",
          "task/retry",
          "run/stage",
          "run/stage_waits",
          "run/commit",
          "run/retry",
          "run/signal",
          "run/act",
          "queue/stage",
          "limit/save",
          "limit/declare",
          "batch/open",
          "batch/commit",
          "key/reserve",
          "schedule/hold",
          "schedule/save",
          "definition/stage",
          "definition/save");

  static Stream<Script> scripts() {
    return Script.all().stream().filter(s -> !s.isInclude());
  }

  static Stream<Script> everyFile() {
    return Script.all().stream();
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theFirstLineMakesItAScriptThatAClusterHoldsToItsSlot(Script script) {
    assertThat(script.firstLine()).matches(FIRST_LINE);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void aFullRedisIsDrainedAndNotFilled(Script script) {
    String flags =
        script
                .name()
                .matches(
                    ".*/(read|page|page_succeeded|records|states|position|depths|logs|list|names"
                        + "|versions|ids|input|partitions|declared|signals|results|last_results"
                        + "|succeeded|weights|obstacles)")
            ? "#!lua flags=no-writes"
            : REFUSED_WHEN_FULL.contains(script.name()) ? "#!lua" : "#!lua flags=allow-oom";
    assertThat(script.firstLine()).isEqualTo(flags);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theHeaderNamesTheFileAndTheReply(Script script) {
    String file = script.name().substring(script.name().indexOf('/') + 1);
    assertThat(script.header()).startsWith("-- " + file + ".lua: ").contains("\n-- Reply   ");
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theHeaderNamesExactlyTheKeysAndArgumentsThatTheCodeUses(Script script) {
    // The prefix alone, which lib/keys takes: all other keys are built under it.
    assertThat(numbers("KEYS", script.header())).containsExactly(1);
    assertThat(script.wholeCode()).doesNotContain("KEYS[");
    Set<Integer> documented = numbers("ARGV", script.header());
    Set<Integer> used = numbers("ARGV", script.code());
    boolean computed = script.code().matches("(?s).*(ARGV\\[[^\\]]*[a-z]|unpack\\(ARGV).*");
    assertThat(computed).isEqualTo(script.header().contains("ARGV[…]"));
    assertThat(documented).as("arguments of the header").isEqualTo(used);
  }

  @ParameterizedTest
  @MethodSource("everyFile")
  void onlyTheMoveWritesTheStateOfATask(Script script) {
    List<String> writes =
        script
            .code()
            .lines()
            .filter(line -> line.matches(".*(\\w\\.state = |[^n]write_headers\\().*"))
            .filter(line -> !line.matches("local function write_headers.*"))
            .toList();
    if (script.name().equals("lib/move")) {
      assertThat(writes).isNotEmpty();
    } else {
      assertThat(writes).isEmpty();
    }
    assertThat(script.code().lines().filter(line -> line.contains("SETRANGE")))
        .allMatch(line -> line.contains("':ids'") || script.name().equals("lib/plan"));
  }

  @ParameterizedTest
  @MethodSource("everyFile")
  void aClockIsReadInOnePlaceOnly(Script script) {
    assertThat(script.code().contains("'TIME'")).isEqualTo(script.name().equals("lib/now"));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void theTimeIsAskedForOnce(Script script) {
    Matcher calls = Pattern.compile("\\bnow\\(\\)").matcher(script.wholeCode());
    long asked = calls.results().count();
    // one more is the function's own name
    assertThat(asked).isIn(0L, 2L);
  }

  @ParameterizedTest
  @MethodSource("everyFile")
  void nothingLooksAtAllKeysOrDecodesWhatUsersSent(Script script) {
    assertThat(script.code())
        .doesNotContain("'KEYS'", "'SCAN'", "cjson", "cmsgpack", "math.random", "loadstring");
  }

  @Test
  void thereAreScripts() {
    assertThat(scripts()).hasSizeGreaterThan(30);
  }

  private static Set<Integer> numbers(String kind, String text) {
    Set<Integer> numbers = new TreeSet<>();
    Matcher single = Pattern.compile(kind + "\\[(\\d+)]").matcher(text);
    while (single.find()) {
      numbers.add(Integer.valueOf(single.group(1)));
    }
    Matcher range = RANGE.matcher(text);
    while (range.find()) {
      if (range.group(1).equals(kind)) {
        for (int n = Integer.parseInt(range.group(2)); n <= Integer.parseInt(range.group(3)); n++) {
          numbers.add(n);
        }
      }
    }
    return numbers;
  }
}
