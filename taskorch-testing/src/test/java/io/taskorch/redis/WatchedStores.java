package io.taskorch.redis;

import io.taskorch.store.Stores;
import io.taskorch.testing.TestNamespace;
import java.time.Duration;
import java.util.function.Supplier;
import org.redisson.api.RedissonClient;

/** Stores of which a test sees every call, so that it may end the program there, or repeat it. */
public final class WatchedStores {

  private WatchedStores() {}

  /** What stands around every call. */
  public interface Watch {

    /**
     * @param script its name, such as {@code run/stage}
     * @param call makes the call, as often as it is asked to
     */
    <R> R around(String script, Supplier<R> call);
  }

  /** The end of a program, which nothing in it can survive. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1;

    public Killed(String where) {
      super(where, null, false, false);
    }
  }

  /** Stores of a namespace over a connection of their own, for the caller to close. */
  public static Stores connect(TestNamespace namespace, Watch watch) {
    return RedisStores.connect(
        namespace.options(),
        (redisson, library, keys, budget) ->
            new WatchedCalls(redisson, library, keys, budget, watch));
  }

  private static final class WatchedCalls extends RedisCalls {
    private final Watch watch;

    WatchedCalls(
        RedissonClient redisson, ScriptLibrary library, Keys keys, Duration budget, Watch watch) {
      super(redisson, library, keys, budget);
      this.watch = watch;
    }

    @Override
    <R> R call(int partition, String script, Reply type, Args args) {
      return watch.around(script, () -> super.call(partition, script, type, args));
    }
  }
}
