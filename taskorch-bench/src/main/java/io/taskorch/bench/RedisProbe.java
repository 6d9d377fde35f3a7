package io.taskorch.bench;

import io.taskorch.testing.RawRedis;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** What Redis says of itself. */
final class RedisProbe implements AutoCloseable {

  private final RawRedis redis;

  RedisProbe(URI address) {
    this.redis = RawRedis.connect(address);
  }

  String version() {
    return info("server").getOrDefault("redis_version", "unknown");
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
