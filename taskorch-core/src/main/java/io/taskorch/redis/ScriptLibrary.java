package io.taskorch.redis;

import io.taskorch.task.TaskState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Loads the scripts and puts together what they include. An include stands where its first {@code
 * --- @include "name"} line stands, once. {@code generated/constants} holds what Java decides: the
 * table of moves, the retention of final states.
 */
final class ScriptLibrary {

  private static final String ROOT = "/io/taskorch/redis/";
  private static final String INCLUDE = "--- @include \"";

  /** About as many moves are kept in a partition's event stream. */
  private static final int EVENTS_KEPT = 100_000;

  private final boolean slotsMove;
  private final Map<String, String> overrides;
  private final Map<String, String> loaded = new ConcurrentHashMap<>();

  /**
   * @param slotsMove whether a key may be on its way to another node, as on a cluster
   * @param overrides files that stand in for those of the library, by name
   */
  ScriptLibrary(boolean slotsMove, Map<String, String> overrides) {
    this.slotsMove = slotsMove;
    this.overrides = overrides;
  }

  /** The whole text of a script such as {@code task/claim}. */
  String script(String name) {
    return loaded.computeIfAbsent(name, this::compose);
  }

  private String compose(String name) {
    String source = source(name);
    int firstLineEnd = source.indexOf('\n') + 1;
    StringBuilder text = new StringBuilder(source.substring(0, firstLineEnd));
    append(text, source.substring(firstLineEnd), new HashSet<>());
    return text.toString();
  }

  private void append(StringBuilder text, String source, Set<String> included) {
    for (String line : source.split("\n", -1)) {
      if (line.startsWith(INCLUDE)) {
        String name = line.substring(INCLUDE.length(), line.length() - 1);
        if (included.add(name)) {
          append(text, source(name), included);
        }
      } else {
        text.append(line).append('\n');
      }
    }
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
        + "local DEFAULT_RETENTION = {"
        + TaskState.finalStates().stream()
            .map(state -> state.code() + " = " + retention(state).toMillis())
            .collect(Collectors.joining(", "))
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

  /** How long a task is kept that says nothing of it itself. */
  static Duration retention(TaskState state) {
    return switch (state) {
      case SUCCEEDED -> Duration.ofHours(24);
      case FAILED, CANCELLED, SKIPPED -> Duration.ofDays(30);
      case BLOCKED, SCHEDULED, PENDING, RUNNING, RETRYING ->
          throw new IllegalArgumentException(state + " is not final");
    };
  }
}
