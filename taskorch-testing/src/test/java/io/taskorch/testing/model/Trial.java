package io.taskorch.testing.model;

import io.taskorch.redis.RedisOptions;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.testing.FaultProxy;
import io.taskorch.testing.TestNamespace;
import io.taskorch.testing.TestRedis;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real store of one partition behind a proxy, on which sequences are tried one by one. */
final class Trial implements AutoCloseable {

  /** What the ports show follows from what the keys hold, which is compared after every call. */
  private static final int COMPARED_EVERY = 10;

  /** Short, as a lost reply is waited for in vain. */
  private static final Duration CALL_BUDGET = Duration.ofSeconds(1);

  private static final int MOST_TRIES = 3;

  private final FaultProxy proxy;
  private final TestNamespace namespace;

  private Trial(FaultProxy proxy, TestNamespace namespace) {
    this.proxy = proxy;
    this.namespace = namespace;
  }

  /**
   * @param scripts that take the place of others, by name
   */
  static Trial open(Map<String, String> scripts) {
    URI redis = TestRedis.uri();
    // the first connection of a process takes longer than the short budget allows
    TestNamespace.open(redis, 1).close();
    FaultProxy proxy = FaultProxy.before(redis);
    RedisOptions options =
        RedisOptions.builder()
            .addresses(List.of(proxy.uri().toString()))
            .callBudget(CALL_BUDGET)
            .scriptOverrides(scripts)
            .build();
    return new Trial(proxy, TestNamespace.open(redis, options, 1));
  }

  /** Begins with nothing. */
  Sides begin() {
    namespace.clear();
    return new Sides(namespace, proxy);
  }

  TestNamespace namespace() {
    return namespace;
  }

  /** Leads both sides through a sequence; empty when they never differed. */
  Optional<Throwable> failureOf(List<Action> actions) {
    Optional<Throwable> failure = tryOnce(actions);
    // A machine so busy that Redis has no turn within the short budget says nothing of the
    // sequence.
    for (int i = 1; i < MOST_TRIES && isUnavailable(failure); i++) {
      failure = tryOnce(actions);
    }
    return failure;
  }

  private static boolean isUnavailable(Optional<Throwable> failure) {
    return failure.filter(StoreUnavailableException.class::isInstance).isPresent();
  }

  private Optional<Throwable> tryOnce(List<Action> actions) {
    Sides sides = begin();
    try {
      int done = 0;
      for (Action action : actions) {
        sides.perform(action);
        if (++done % COMPARED_EVERY == 0 || done == actions.size()) {
          sides.compare();
        }
      }
      return Optional.empty();
    } catch (AssertionError | RuntimeException e) {
      return Optional.of(e);
    }
  }

  @Override
  public void close() {
    namespace.close();
    proxy.close();
  }
}
