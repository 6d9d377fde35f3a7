package io.taskorch.testing.model;

import io.taskorch.testing.RawRedis;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Every key of a partition with what it holds, as Redis itself tells it, in one look. */
final class Contents {

  private static final String LOOK =
      """
      local seen = {}
      for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*')) do
        local kind = redis.call('TYPE', key).ok
        local held = {}
        if kind == 'string' then
          held = {redis.call('GET', key)}
        elseif kind == 'hash' then
          held = redis.call('HGETALL', key)
        elseif kind == 'set' then
          held = redis.call('SMEMBERS', key)
        elseif kind == 'list' then
          held = redis.call('LRANGE', key, 0, -1)
        elseif kind == 'zset' then
          held = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
        end
        seen[#seen + 1] = {key, kind, redis.call('PTTL', key), held}
      end
      return seen
      """;

  private record Held(String kind, boolean passes, List<String> values) {}

  private final Map<String, Held> byKey = new TreeMap<>();

  private Contents() {}

  /** What lies under a prefix, which the keys here lack. */
  static Contents of(RawRedis redis, String prefix) {
    Contents contents = new Contents();
    for (Object row : (List<?>) redis.call("EVAL", LOOK, 0, prefix)) {
      List<?> columns = (List<?>) row;
      List<String> values = new ArrayList<>();
      ((List<?>) columns.get(3)).forEach(value -> values.add(text(value)));
      contents.byKey.put(
          text(columns.get(0)).substring(prefix.length()),
          new Held(text(columns.get(1)), (Long) columns.get(2) > 0, values));
    }
    return contents;
  }

  /** A byte a character, as offsets in records count bytes. */
  private static String text(Object value) {
    return value instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.ISO_8859_1)
        : value.toString();
  }

  Set<String> keys() {
    return byKey.keySet();
  }

  boolean has(String key) {
    return byKey.containsKey(key);
  }

  /** Whether the key goes by itself. */
  boolean passes(String key) {
    return byKey.get(key).passes;
  }

  @Nullable String string(String key) {
    Held held = byKey.get(key);
    return held == null ? null : held.values.getFirst();
  }

  List<String> list(String key) {
    Held held = byKey.get(key);
    return held == null ? List.of() : held.values;
  }

  Set<String> set(String key) {
    return new HashSet<>(list(key));
  }

  Map<String, String> hash(String key) {
    Map<String, String> fields = new LinkedHashMap<>();
    List<String> held = list(key);
    for (int i = 0; i < held.size(); i += 2) {
      fields.put(held.get(i), held.get(i + 1));
    }
    return fields;
  }

  /** Members and their scores in order. */
  Map<String, Long> sortedSet(String key) {
    Map<String, Long> scores = new LinkedHashMap<>();
    hash(key).forEach((member, score) -> scores.put(member, (long) Double.parseDouble(score)));
    return scores;
  }
}
