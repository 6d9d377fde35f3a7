package io.taskorch.micronaut.config;

import io.taskorch.limit.DeclaredLimits;
import io.taskorch.limit.GroupLimits;
import io.taskorch.limit.Limits;
import io.taskorch.limit.OnLimit;
import io.taskorch.limit.QueueLimits;
import io.taskorch.limit.RateLimit;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.Names;
import io.taskorch.task.Violation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads {@code queues} and {@code limits}: limits by the name of a queue or key. */
final class LimitSettings {

  private LimitSettings() {}

  static DeclaredLimits read(Settings settings) {
    return new DeclaredLimits(
        byName(settings, "queues", LimitSettings::queueLimits),
        byName(settings, "limits", LimitSettings::limits));
  }

  private static <T> Map<String, T> byName(
      Settings settings, String key, Function<Settings, @Nullable T> read) {
    Map<String, T> limits = new HashMap<>();
    for (Settings one : settings.sections(key)) {
      if (!Names.isValid(one.name())) {
        one.refuse("is not a name: " + Names.SHAPE_IN_WORDS);
      }
      T said = read.apply(one);
      if (said != null) {
        limits.put(one.name(), said);
      }
    }
    return limits;
  }

  private static @Nullable QueueLimits queueLimits(Settings settings) {
    boolean forAll = settings.has("rate") || settings.says("concurrency");
    GroupLimits perGroup =
        settings.has("per_group") ? groupLimits(settings.section("per_group")) : null;
    if (forAll) {
      Limits together = limits(settings);
      return together == null || settings.has("per_group") == (perGroup == null)
          ? null
          : new QueueLimits(together, perGroup);
    }
    OnLimit unused = settings.choice("on_limit", OnLimit.WAIT);
    if (settings.says("on_limit")) {
      settings.refuse("on_limit", "needs a rate or a concurrency of the queue");
    }
    return settings.has("per_group") == (perGroup != null)
        ? build(settings, () -> new QueueLimits(null, perGroup))
        : null;
  }

  private static @Nullable Limits limits(Settings settings) {
    RateLimit rate = rate(settings);
    Integer concurrency = number(settings, "concurrency", Limits.MOST_CONCURRENCY);
    OnLimit onLimit = settings.choice("on_limit", OnLimit.WAIT);
    // What could not be read would be called missing.
    boolean readable =
        settings.has("rate") == (rate != null)
            && settings.says("concurrency") == (concurrency != null);
    return readable ? build(settings, () -> new Limits(rate, concurrency, onLimit)) : null;
  }

  private static @Nullable GroupLimits groupLimits(Settings settings) {
    RateLimit rate = rate(settings);
    Integer concurrency = number(settings, "concurrency", Limits.MOST_CONCURRENCY);
    Integer maxWaiting = number(settings, "max_waiting", GroupLimits.MOST_WAITING);
    Map<String, Integer> weights = settings.numbers("weights", 1, GroupLimits.MOST_WEIGHT);
    boolean readable =
        settings.has("rate") == (rate != null)
            && settings.says("concurrency") == (concurrency != null)
            && settings.says("max_waiting") == (maxWaiting != null);
    return readable
        ? build(settings, () -> new GroupLimits(rate, concurrency, maxWaiting, weights))
        : null;
  }

  private static @Nullable RateLimit rate(Settings settings) {
    if (!settings.has("rate")) {
      return null;
    }
    Settings rate = settings.section("rate");
    Integer limit = number(rate, "limit", (int) RateLimit.MOST);
    Integer burst = number(rate, "burst", (int) RateLimit.MOST);
    Duration per = rate.duration("per", Duration.ZERO, Duration.ofMillis(1), RateLimit.LONGEST_PER);
    refuseAbsent(rate, "limit");
    refuseAbsent(rate, "per");
    return limit == null || per.isZero()
        ? null
        : build(rate, () -> new RateLimit(limit, per, burst == null ? limit : burst));
  }

  private static void refuseAbsent(Settings settings, String key) {
    if (!settings.says(key)) {
      settings.refuse(key, "is missing");
    }
  }

  private static @Nullable Integer number(Settings settings, String key, int most) {
    int number = settings.number(key, 0, 1, most);
    return number == 0 ? null : number;
  }

  private static <T> @Nullable T build(Settings settings, Supplier<T> value) {
    try {
      return value.get();
    } catch (InvalidTaskException e) {
      for (Violation violation : e.violations()) {
        if (violation.pointer().isEmpty()) {
          settings.refuse(violation.detail());
        } else {
          settings.refuse(violation.pointer().substring(1).replace('/', '.'), violation.detail());
        }
      }
      return null;
    }
  }
}
