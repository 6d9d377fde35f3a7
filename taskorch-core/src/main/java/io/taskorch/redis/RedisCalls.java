package io.taskorch.redis;

import io.taskorch.task.StorageFullException;
import io.taskorch.task.StoreUnavailableException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.redisson.api.FunctionMode;
import org.redisson.api.FunctionResult;
import org.redisson.api.RFunction;
import org.redisson.api.RFuture;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.RedisOutOfMemoryException;
import org.redisson.client.codec.ByteArrayCodec;

/**
 * Calls the functions that the scripts are, and decides what to send again. Where Redis is too full
 * to load a function, the script itself is sent. Redisson resends nothing itself ({@code
 * retryAttempts} is 0): a call whose answer is missing may have been done, so only calls that
 * change nothing more when they are repeated go through here, which is every one.
 *
 * <p>A call fails in one of three ways. <em>Not applied</em>: Redis said no before it began, or was
 * not reached. <em>Unknown</em>: the answer did not come. Both are sent again with the same
 * arguments until the budget is spent. Anything else is a mistake of ours and is thrown at once.
 */
class RedisCalls {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  /** What a call answers, as Redisson names it for functions and for scripts. */
  enum Reply {
    LIST(FunctionResult.LIST, ReturnType.LIST),
    WORD(FunctionResult.VALUE, ReturnType.VALUE),
    NUMBER(FunctionResult.LONG, ReturnType.LONG);

    final FunctionResult ofFunction;
    final ReturnType ofScript;

    Reply(FunctionResult ofFunction, ReturnType ofScript) {
      this.ofFunction = ofFunction;
      this.ofScript = ofScript;
    }
  }

  /** Makes the way in to a Redis. */
  interface Maker {
    RedisCalls make(RedissonClient redisson, ScriptLibrary library, Keys keys, Duration budget);
  }

  private final RFunction functions;
  private final RScript scripts;
  private final ScriptLibrary library;
  private final Keys keys;
  private final Duration budget;

  RedisCalls(RedissonClient redisson, ScriptLibrary library, Keys keys, Duration budget) {
    this.functions = redisson.getFunction(ByteArrayCodec.INSTANCE);
    this.scripts = redisson.getScript(ByteArrayCodec.INSTANCE);
    this.library = library;
    this.keys = keys;
    this.budget = budget;
  }

  Keys keys() {
    return keys;
  }

  /** A call whose reply is a list. */
  List<Object> list(int partition, String script, Args args) {
    return this.<List<Object>>call(partition, script, Reply.LIST, args);
  }

  /** A call whose reply is a word. */
  String word(int partition, String script, Args args) {
    byte[] reply = call(partition, script, Reply.WORD, args);
    return Replies.text(reply);
  }

  /** A call whose reply is a number. */
  long number(int partition, String script, Args args) {
    Long reply = call(partition, script, Reply.NUMBER, args);
    return reply;
  }

  /** The one place through which every call goes. */
  <R> R call(int partition, String script, Reply type, Args args) {
    List<Object> prefix = Collections.singletonList(keys.prefix(partition));
    ScriptLibrary.Function function = library.function(script);
    Object[] values = args.toArray();
    long deadline = System.nanoTime() + budget.toNanos();
    long pause = FIRST_PAUSE.toNanos();
    boolean asScript = false;
    while (true) {
      RFuture<R> sent =
          asScript
              ? scripts.evalAsync(Mode.READ_WRITE, function.script(), type.ofScript, prefix, values)
              : functions.callAsync(
                  FunctionMode.WRITE, function.name(), type.ofFunction, prefix, values);
      try {
        return sent.toCompletableFuture().get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StoreUnavailableException("interrupted while waiting for Redis", e);
      } catch (ExecutionException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        if (isMissing(cause)) {
          cause = load(function).orElse(null);
          asScript = cause != null && isOutOfMemory(cause);
          if (cause == null || asScript) {
            continue;
          }
        }
        RuntimeException failure = asFailure(script, cause);
        if (failure instanceof StoreUnavailableException
            && System.nanoTime() + pause < deadline
            && !Thread.currentThread().isInterrupted()) {
          LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause));
          pause = Math.min(2 * pause, LONGEST_PAUSE.toNanos());
        } else {
          throw failure;
        }
      }
    }
  }

  private static boolean isMissing(Throwable cause) {
    return String.valueOf(cause.getMessage()).startsWith("ERR Function not found");
  }

  private static boolean isOutOfMemory(Throwable cause) {
    return cause instanceof RedisOutOfMemoryException
        || String.valueOf(cause.getMessage()).startsWith("OOM ");
  }

  /** Gives a function to every master; what went wrong, if anything did. */
  private Optional<Throwable> load(ScriptLibrary.Function function) {
    try {
      functions.load(function.name(), function.code());
      return Optional.empty();
    } catch (RedisException e) {
      // Another program was faster, or one of several masters had it already.
      boolean there = String.valueOf(e.getMessage()).contains("already exists");
      return there ? Optional.empty() : Optional.of(e);
    }
  }

  /**
   * What the caller shall see. Redisson's messages carry keys and script texts: they stay inside.
   */
  private static RuntimeException asFailure(String script, Throwable cause) {
    if (isOutOfMemory(cause)) {
      return new StorageFullException(cause);
    }
    String message = String.valueOf(cause.getMessage());
    if (cause instanceof RedisException && isScriptError(message)) {
      return new IllegalStateException("the script " + script + " failed in Redis", cause);
    }
    return new StoreUnavailableException("Redis cannot be reached or refuses for now", cause);
  }

  /**
   * Whether Redis ran the script and it failed, or could not be compiled. Redis marks such errors
   * with the place in the script ("script: …" will not do: Redisson's own messages on time-outs and
   * lost connections quote the command so); what a node says before it begins (LOADING, READONLY,
   * CLUSTERDOWN, TRYAGAIN, MASTERDOWN, BUSY, ASK, …) has no such mark. Errors that a command inside
   * the script got for the same reasons count as the latter: nothing has been written then.
   */
  private static boolean isScriptError(String message) {
    boolean fromScript =
        message.contains("@user_function")
            || message.contains("@user_script")
            || message.startsWith("ERR ");
    boolean temporary =
        message.startsWith("TRYAGAIN")
            || message.startsWith("CLUSTERDOWN")
            || message.startsWith("MASTERDOWN")
            || message.startsWith("READONLY")
            || message.startsWith("LOADING")
            || message.startsWith("BUSY")
            || message.startsWith("MOVED")
            || message.startsWith("ASK")
            || message.contains("non local key")
            || message.startsWith("ERR max number of clients");
    return fromScript && !temporary;
  }
}
