package io.taskorch.testing.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskorch.testing.RawRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of {@code docs/redis-keys.md}: patterns of keys and the type that each has. */
final class DocumentedKeys {

  private static final Path PAGE = Path.of("..", "docs", "redis-keys.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`[^|]+) \\| ([^|]+) \\|");
  private static final Pattern NAME = Pattern.compile("`([^`]+)`");

  /** The settable clock, which is of the test kit and in no other Redis. */
  private static final String CLOCK = "clock";

  private static final Map<Pattern, String> TYPES = read();

  private DocumentedKeys() {}

  private static Map<Pattern, String> read() {
    Map<Pattern, String> types = new LinkedHashMap<>();
    Matcher rows;
    try {
      rows = ROW.matcher(Files.readString(PAGE, UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (rows.find()) {
      String[] kinds = rows.group(2).split(",");
      Matcher names = NAME.matcher(rows.group(1));
      String stem = "";
      for (int i = 0; names.find(); i++) {
        // A name that begins with a colon is the one before with another ending.
        String name = names.group(1).startsWith(":") ? stem + names.group(1) : names.group(1);
        stem = name.contains(":") ? name.substring(0, name.lastIndexOf(':')) : name;
        // One type for all names of the row, or one each; what follows it is for how long.
        String kind = kinds[kinds.length > i && names(rows.group(1)) > 1 ? i : 0].strip();
        types.put(pattern(name), kind);
      }
    }
    return types;
  }

  /** Of all names only an idempotency key may hold a colon. */
  private static Pattern pattern(String name) {
    return Pattern.compile(
        name.replace("<idempotency key>", ".+").replaceAll("<[^>]+>", "[^:]+"), Pattern.DOTALL);
  }

  private static long names(String cell) {
    return NAME.matcher(cell).results().count();
  }

  /** Fails for a key that stands in no table, or has another type there. */
  static void check(RawRedis redis, Iterable<String> keys) {
    for (String key : keys) {
      String kind = redis.text("TYPE", key);
      String name = key.substring(key.indexOf("}:") + 2);
      if (name.equals(CLOCK)) {
        continue;
      }
      String documented =
          TYPES.entrySet().stream()
              .filter(entry -> entry.getKey().matcher(name).matches())
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse("none");
      // "none" is also what Redis says of a key that has gone meanwhile.
      assertThat("zset".equals(kind) ? "sorted set" : kind)
          .as("the type of %s, and that in docs/redis-keys.md", name)
          .isIn(documented, "none");
    }
  }
}
