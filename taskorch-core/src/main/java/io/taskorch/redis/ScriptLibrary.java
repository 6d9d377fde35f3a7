package io.taskorch.redis;

import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import io.taskorch.workflow.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes a Redis function of each script, with what it includes. A function's includes are run once,
 * when it is loaded; only the script's own lines run with every call. {@code generated/constants}
 * holds what Java decides: the table of moves, the retention of final states.
 */
final class ScriptLibrary {

  private static final String ROOT = "/io/taskorch/redis/";
  private static final String INCLUDE = "--- @include \"";
  private static final Pattern WORD = Pattern.compile("\\w+");

  /** What holds no name of a local: texts, comments, fields. */
  private static final Pattern NO_NAMES = Pattern.compile("'[^'\n]*'|--.*|(?<=[\\w\\])])[.]\\w+");

  /** A local of a file: a function, or names with or without values. */
  private static final Pattern LOCAL =
      Pattern.compile("^local (?:(function) )?(\\w+(?:,\\s*\\w+)*)( =)?", Pattern.MULTILINE);

  private static final Pattern FLAG = Pattern.compile("(no-writes|allow-oom)");

  /** About as many moves are kept in a partition's event stream. */
  private static final int EVENTS_KEPT = 100_000;

  private final boolean slotsMove;
  private final Map<String, String> overrides;
  private final Map<String, Function> functions = new ConcurrentHashMap<>();

  /**
   * A function, alone in a library of the same name. The name holds a digest of the code, so that
   * programs of different versions call their own.
   *
   * @param code the library's, less its first line, which names it
   * @param script the same as a script for {@code EVAL}: Redis loads no function when its memory is
   *     full, but runs a script that can only lead to less
   */
  record Function(String name, String code, String script) {}

  /**
   * @param slotsMove whether a key may be on its way to another node, as on a cluster
   * @param overrides files that stand in for those of the library, by name
   */
  ScriptLibrary(boolean slotsMove, Map<String, String> overrides) {
    this.slotsMove = slotsMove;
    this.overrides = overrides;
  }

  /** The function of a script such as {@code task/claim}. */
  Function function(String script) {
    return functions.computeIfAbsent(script, this::compose);
  }

  private Function compose(String script) {
    String source = source(script);
    int firstLineEnd = source.indexOf('\n') + 1;
    Map<String, String> files = new LinkedHashMap<>();
    String body = "begin(KEYS)\n" + collect(source.substring(firstLineEnd), files);
    String includes = blocks(files, body);
    String flags =
        FLAG.matcher(source.substring(0, firstLineEnd))
            .results()
            .map(flag -> "'" + flag.group(1) + "'")
            .collect(Collectors.joining(", "));
    String callback = "function(KEYS, ARGV)\n" + body + "end";
    byte[] digest = Sha256.of((includes + flags + callback).getBytes(StandardCharsets.UTF_8));
    String name =
        "taskorch_" + script.replace('/', '_') + "_" + HexFormat.of().formatHex(digest, 0, 6);
    return new Function(
        name,
        "%sredis.register_function{function_name = '%s', flags = {%s}, callback = %s}\n"
            .formatted(includes, name, flags, callback),
        "%s%slocal function main%s\nreturn main(KEYS, ARGV)\n"
            .formatted(
                source.substring(0, firstLineEnd),
                includes,
                callback.substring("function".length())));
  }

  /** Puts what a file includes into a map, each after what it includes; returns its own lines. */
  private String collect(String source, Map<String, String> files) {
    StringBuilder own = new StringBuilder();
    for (String line : source.split("\n", -1)) {
      if (line.startsWith(INCLUDE)) {
        String name = line.substring(INCLUDE.length(), line.length() - 1);
        if (!files.containsKey(name)) {
          String text = collect(source(name), files);
          files.put(name, text);
        }
      } else {
        own.append(line).append('\n');
      }
    }
    return own.toString();
  }

  /**
   * Each file as a block of its own, before which stands what others use of it: Lua has room for
   * 200 locals in one place.
   */
  private static String blocks(Map<String, String> files, String body) {
    StringBuilder blocks = new StringBuilder();
    files.forEach(
        (name, text) -> {
          Set<String> elsewhere = new HashSet<>(words(body));
          files.forEach((other, of) -> elsewhere.addAll(other.equals(name) ? Set.of() : words(of)));
          blocks.append(block(text, elsewhere));
        });
    return blocks.toString();
  }

  /** What a text may use of others: its words, less what it calls so itself. */
  private static Set<String> words(String text) {
    String code = NO_NAMES.matcher(text).replaceAll(" ");
    Set<String> words =
        WORD.matcher(code).results().map(MatchResult::group).collect(Collectors.toSet());
    LOCAL.matcher(code).results().forEach(local -> words.removeAll(names(local)));
    return words;
  }

  private static List<String> names(MatchResult local) {
    return List.of(local.group(2).split(",\\s*"));
  }

  private static String block(String text, Set<String> elsewhere) {
    Set<String> used = new LinkedHashSet<>();
    String rest =
        LOCAL
            .matcher(text)
            .replaceAll(
                local -> {
                  List<String> names = names(local);
                  if (Collections.disjoint(names, elsewhere)) {
                    return Matcher.quoteReplacement(local.group());
                  }
                  used.addAll(names);
                  boolean declaresOnly = local.group(1) == null && local.group(3) == null;
                  return Matcher.quoteReplacement(
                      declaresOnly ? "" : local.group().substring("local ".length()));
                });
    return (used.isEmpty() ? "" : "local " + String.join(", ", used) + "\n")
        + "do\n"
        + rest
        + "end\n";
  }

  private String source(String name) {
    String override = overrides.get(name);
    if (override != null) {
      return override;
    }
    if (name.equals("generated/constants")) {
      return constants();
    }
    try (InputStream file = ScriptLibrary.class.getResourceAsStream(ROOT + name + ".lua")) {
      if (file == null) {
        throw new IllegalArgumentException("there is no script " + name);
      }
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String constants() {
    return "local MOVES = {"
        + Arrays.stream(TaskState.values())
            .map(from -> from.code() + " = {" + targets(from) + "}")
            .collect(Collectors.joining(", "))
        + "}\n"
        + "local FINAL = {"
        + TaskState.finalStates().stream()
            .map(state -> state.code() + " = true")
            .collect(Collectors.joining(", "))
        + "}\n"
        + "local RUN_MOVES = {"
        + Arrays.stream(RunState.values())
            .map(from -> from.code() + " = {" + targets(from) + "}")
            .collect(Collectors.joining(", "))
        + "}\n"
        + "local DEFAULT_RETENTION = {"
        + TaskState.finalStates().stream()
            .map(state -> state.code() + " = " + retention(state).toMillis())
            .collect(Collectors.joining(", "))
        + ", "
        + RunState.COMPENSATED.code()
        + " = "
        + retention(TaskState.FAILED).toMillis()
        + "}\n"
        + "local EVENTS_KEPT = "
        + EVENTS_KEPT
        + "\n"
        + "local SLOTS_MOVE = "
        + slotsMove
        + "\n";
  }

  private static String targets(TaskState from) {
    return from.next().stream().map(to -> to.code() + " = true").collect(Collectors.joining(", "));
  }

  private static String targets(RunState from) {
    return from.next().stream().map(to -> to.code() + " = true").collect(Collectors.joining(", "));
  }

  /** How long a task is kept that says nothing of it itself. */
  static Duration retention(TaskState state) {
    return switch (state) {
      case SUCCEEDED -> TaskSpec.RETENTION_OF_SUCCESSES;
      case FAILED, CANCELLED, SKIPPED -> Duration.ofDays(30);
      case BLOCKED, SCHEDULED, PENDING, RUNNING, RETRYING ->
          throw new IllegalArgumentException(state + " is not final");
    };
  }
}
