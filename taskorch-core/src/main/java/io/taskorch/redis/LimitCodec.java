package io.taskorch.redis;

import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.OnLimit;
import io.taskorch.limit.RateLimit;
import io.taskorch.store.LimitStore.Use;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Limits as scripts read them: {@code <concurrency> <rate limit> <per in ms> <burst>} and the
 * letter of {@link OnLimit} or, of groups, how many may wait; {@code -} for what is not set,
 * nothing at all for no limits.
 */
final class LimitCodec {

  private static final String NONE = "-";
  private static final String NO_LIMITS = "- - - - -";
  private static final int DIGEST_BYTES = 16;

  private LimitCodec() {}

  static String encode(@Nullable Limits limits) {
    return limits == null
        ? ""
        : shared(limits.concurrency(), limits.rate()) + code(limits.onLimit());
  }

  static String encode(@Nullable GroupLimits limits) {
    if (limits == null) {
      return "";
    }
    String text = shared(limits.concurrency(), limits.rate()) + word(limits.maxWaiting());
    // Of weights alone nothing is left: they stand by themselves.
    return text.equals(NO_LIMITS) ? "" : text;
  }

  private static String shared(@Nullable Integer concurrency, @Nullable RateLimit rate) {
    return word(concurrency)
        + " "
        + (rate == null ? "- - -" : rate.limit() + " " + rate.per().toMillis() + " " + rate.burst())
        + " ";
  }

  private static String word(@Nullable Integer number) {
    return number == null ? NONE : number.toString();
  }

  private static char code(OnLimit onLimit) {
    return switch (onLimit) {
      case WAIT -> 'w';
      case CANCEL_OLDEST -> 'c';
      case DROP_NEW -> 'd';
    };
  }

  static @Nullable Limits limits(String text) {
    if (text.isEmpty()) {
      return null;
    }
    String[] words = text.split(" ");
    return new Limits(
        rate(words),
        number(words[0]),
        switch (words[4]) {
          case "c" -> OnLimit.CANCEL_OLDEST;
          case "d" -> OnLimit.DROP_NEW;
          default -> OnLimit.WAIT;
        });
  }

  static @Nullable GroupLimits groupLimits(String text, Map<String, Integer> weights) {
    if (text.isEmpty() && weights.isEmpty()) {
      return null;
    }
    String[] words = (text.isEmpty() ? NO_LIMITS : text).split(" ");
    return new GroupLimits(rate(words), number(words[0]), number(words[4]), weights);
  }

  /** Null when there is none. */
  static @Nullable RateLimit rate(String text) {
    return text.isEmpty() ? null : rate(text.split(" "));
  }

  private static @Nullable RateLimit rate(String[] words) {
    return words[1].equals(NONE)
        ? null
        : new RateLimit(
            Long.parseLong(words[1]),
            Duration.ofMillis(Long.parseLong(words[2])),
            Long.parseLong(words[3]));
  }

  private static @Nullable Integer number(String word) {
    return word.equals(NONE) ? null : Integer.valueOf(word);
  }

  /** Tells weights from others; nothing of none. */
  static String digest(Map<String, Integer> weights) {
    if (weights.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    new TreeMap<>(weights)
        .forEach((group, weight) -> text.append(group).append(' ').append(weight).append('\n'));
    byte[] digest = Sha256.of(text.toString().getBytes(StandardCharsets.US_ASCII));
    return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
  }

  /**
   * How many tokens are left. A bucket is stored as the time at which it will be full (the generic
   * cell rate algorithm): what is missing now is what flows in until then.
   *
   * @param now in ms
   * @param full when it is full, in µs
   */
  static Use use(long now, long running, @Nullable RateLimit rate, double full) {
    if (rate == null) {
      return new Use(running, null);
    }
    double interval = rate.per().toMillis() * 1000.0 / rate.limit();
    double missing = Math.max(0, full - now * 1000.0) / interval;
    return new Use(running, (long) Math.floor(Math.max(0, rate.burst() - missing)));
  }
}
