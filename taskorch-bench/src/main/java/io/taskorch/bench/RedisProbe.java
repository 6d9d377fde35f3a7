package io.taskorch.bench;

import io.taskorch.testing.RawRedis;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What Redis says of itself. */
final class RedisProbe implements AutoCloseable {

  private static final int SLOW_MICROS = 100;
  private static final int SLOW_CALLS = 1000;

  private final RawRedis redis;

  RedisProbe(URI address) {
    this.redis = RawRedis.connect(address);
  }

  /** Its version and its allocator, which decides much of what a task costs. */
  String version() {
    return info("server").getOrDefault("redis_version", "unknown")
        + " with "
        + info("memory").getOrDefault("mem_allocator", "an unknown allocator");
  }

  /** Processor time of the server's process so far, in µs. */
  double cpuMicros() {
    Map<String, String> cpu = info("cpu");
    return 1e6 * (number(cpu, "used_cpu_user") + number(cpu, "used_cpu_sys"));
  }

  /** Bytes in use. */
  double memory() {
    return number(info("memory"), "used_memory");
  }

  /** Commands run so far, those inside scripts too. */
  double commands() {
    return info("commandstats").values().stream()
        .mapToLong(entry -> Long.parseLong(entry.split("[=,]", 3)[1]))
        .sum();
  }

  /** Forgets the slow calls so far. */
  void watchSlowCalls() {
    redis.call("CONFIG", "SET", "slowlog-log-slower-than", SLOW_MICROS);
    redis.call("CONFIG", "SET", "slowlog-max-len", SLOW_CALLS);
    redis.call("SLOWLOG", "RESET");
  }

  /** How long the slowest script took since {@link #watchSlowCalls}, in ms. */
  double slowestScriptMillis() {
    double slowest = 0;
    if (redis.call("SLOWLOG", "GET", SLOW_CALLS) instanceof List<?> calls) {
      for (Object call : calls) {
        List<?> fields = (List<?>) call;
        if (isScript((List<?>) fields.get(3))) {
          slowest = Math.max(slowest, (Long) fields.get(2) / 1e3);
        }
      }
    }
    return slowest;
  }

  private static boolean isScript(List<?> words) {
    String command =
        new String((byte[]) words.get(0), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
    return command.startsWith("EVAL") || command.startsWith("FCALL");
  }

  /** Whether any database holds a key. */
  boolean holdsKeys() {
    return !info("keyspace").isEmpty();
  }

  void flush() {
    redis.call("FLUSHALL", "SYNC");
  }

  private Map<String, String> info(String section) {
    Map<String, String> entries = new HashMap<>();
    String.valueOf(redis.text("INFO", section))
        .lines()
        .map(line -> line.split(":", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> entries.put(parts[0], parts[1].strip()));
    return entries;
  }

  private static double number(Map<String, String> entries, String name) {
    String value = entries.get(name);
    if (value == null) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "this Redis does not tell %s in INFO", name));
    }
    return Double.parseDouble(value);
  }

  @Override
  public void close() {
    redis.close();
  }
}
