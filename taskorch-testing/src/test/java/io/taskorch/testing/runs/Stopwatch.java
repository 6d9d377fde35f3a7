package io.taskorch.testing.runs;

import io.taskorch.redis.WatchedStores;
import io.taskorch.testing.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * How long Redis is at work on each call. That is the time of its thread on a core, which others on
 * the machine do not add to, as they do to what its slow log says.
 */
final class Stopwatch implements WatchedStores.Watch {

  /** The goal is 5 ms with jemalloc; the Redis of the tests has not, and the machine is shared. */
  static final Duration LONGEST_CALL = Duration.ofMillis(10);

  private final Path times;
  private Duration longest = Duration.ZERO;
  private String longestCall = "";

  Stopwatch(EmbeddedRedis redis) {
    this.times = Path.of("/proc", String.valueOf(redis.process().pid()), "schedstat");
  }

  @Override
  public <R> R around(String script, Supplier<R> call) {
    long before = nanosAtWork();
    R reply = call.get();
    Duration took = Duration.ofNanos(nanosAtWork() - before);
    if (took.compareTo(longest) > 0) {
      longest = took;
      longestCall = script;
    }
    return reply;
  }

  private long nanosAtWork() {
    try {
      return Long.parseLong(Files.readString(times).split(" ", 2)[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Duration longest() {
    return longest;
  }

  void reset() {
    longest = Duration.ZERO;
    longestCall = "";
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f ms, %s", longest.toNanos() / 1e6, longestCall);
  }
}
