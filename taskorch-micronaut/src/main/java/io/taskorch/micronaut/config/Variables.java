package io.taskorch.micronaut.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of environment variables. {@code worker.poll_interval} is {@code
 * TASKORCH_WORKER_POLL_INTERVAL}; with {@code _FILE} behind it the variable names a file that holds
 * the value, as secrets are mounted.
 */
final class Variables implements Source {

  static final String PREFIX = "TASKORCH_";
  private static final String FILE_SUFFIX = "_FILE";

  /** What the tests of this project are given; no setting of an app. */
  private static final String TEST_PREFIX = "TASKORCH_TEST_";

  private static final Pattern END_OF_LINE = Pattern.compile("\\r?\\n\\z");
  private static final int LONGEST_FILE = 64 * 1024;

  private final String origin;
  private final Map<String, String> variables;
  private final Set<String> used = new HashSet<>();

  /**
   * @param origin where the variables stand, in words
   */
  Variables(String origin, Map<String, String> variables) {
    this.origin = origin;
    this.variables = new TreeMap<>(variables);
  }

  static Variables environment(Map<String, String> variables) {
    return new Variables("environment: ", variables);
  }

  /** Lines {@code NAME=value} or {@code export NAME="value"}; a line may begin with {@code #}. */
  static Variables dotEnv(Path file, Findings findings) {
    Map<String, String> variables = new LinkedHashMap<>();
    try {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).strip();
        if (line.isEmpty() || line.startsWith("#")) {
          continue;
        }
        String assignment = line.startsWith("export ") ? line.substring(7).strip() : line;
        int equals = assignment.indexOf('=');
        if (equals < 1) {
          findings.error(file + ":" + (i + 1) + ":", "is not NAME=value");
          continue;
        }
        variables.put(assignment.substring(0, equals).strip(), unquoted(assignment, equals + 1));
      }
    } catch (IOException e) {
      findings.error(file + ":", "cannot be read as UTF-8");
    }
    return new Variables(file + ": ", variables);
  }

  private static String unquoted(String line, int from) {
    String value = line.substring(from).strip();
    if (value.length() >= 2
        && (value.charAt(0) == '"' || value.charAt(0) == '\'')
        && value.charAt(value.length() - 1) == value.charAt(0)) {
      return value.substring(1, value.length() - 1);
    }
    return value;
  }

  /** The variable that overrides a key. */
  static String nameOf(String key) {
    return PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  @Override
  public @Nullable Entry find(String key, Findings findings) {
    String name = nameOf(key);
    String fileName = name + FILE_SUFFIX;
    String value = variables.get(name);
    String file = variables.get(fileName);
    if (value != null) {
      used.add(name);
    }
    if (file != null) {
      used.add(fileName);
      if (value != null) {
        findings.error(origin + fileName, "is set, and " + name + " too");
        return null;
      }
      String content = contentOf(file, fileName, findings);
      return content == null ? null : Entry.text(origin + fileName, content);
    }
    return value == null ? null : Entry.text(origin + name, value);
  }

  private @Nullable String contentOf(String file, String name, Findings findings) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > LONGEST_FILE) {
        findings.error(origin + name, "names a file of more than 64 KiB");
        return null;
      }
      // An editor's or echo's end of line is no part of a secret.
      return END_OF_LINE.matcher(Files.readString(path)).replaceFirst("");
    } catch (IOException | InvalidPathException e) {
      findings.error(origin + name, "does not name a readable file");
      return null;
    }
  }

  @Override
  public void reportUnknown(Set<String> keys, Set<String> sections, Findings findings) {
    for (String name : variables.keySet()) {
      if (name.startsWith(PREFIX) && !name.startsWith(TEST_PREFIX) && !used.contains(name)) {
        findings.warning(origin + name, "is not a setting that there is");
      }
    }
  }
}
