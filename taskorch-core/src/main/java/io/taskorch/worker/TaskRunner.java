package io.taskorch.worker;

import io.taskorch.json.PayloadCodec;
import io.taskorch.store.RunStore;
import io.taskorch.task.Durations;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.task.RateLimitedException;
import io.taskorch.task.Reason;
import io.taskorch.task.RetryPolicy;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskorchException;
import io.taskorch.workflow.UnresolvedReferenceException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs an attempt in the calling thread: from the payload to the outcome. */
final class TaskRunner {

  private static final Duration UNAVAILABLE_WAIT = Duration.ofSeconds(1);

  private final HandlerRegistry handlers;
  private final StepPayloads payloads;
  private final PayloadCodec codec;
  private final RetryPolicy defaultPolicy;
  private final ScheduledExecutorService timer;
  private final InstantSource clock;
  private final BooleanSupplier draining;

  TaskRunner(
      HandlerRegistry handlers,
      RunStore runs,
      PayloadCodec codec,
      RetryPolicy defaultPolicy,
      ScheduledExecutorService timer,
      InstantSource clock,
      BooleanSupplier draining) {
    this.handlers = handlers;
    this.payloads = new StepPayloads(runs);
    this.codec = codec;
    this.defaultPolicy = defaultPolicy;
    this.timer = timer;
    this.clock = clock;
    this.draining = draining;
  }

  /**
   * Runs the handler.
   *
   * @return how it ended; null when somebody else has decided that meanwhile
   */
  @Nullable Outcome run(LiveAttempt attempt) {
    Task task = attempt.task();
    Handler handler = handlers.find(task.spec().type());
    if (handler == null || draining.getAsBoolean()) {
      return attempt.end() ? new Outcome.Released() : null;
    }
    Duration timeout = task.spec().timeout() != null ? task.spec().timeout() : handler.timeout();
    RetryPolicy policy = policyOf(task, handler);
    attempt.begin(timeout == null ? null : clock.instant().plus(timeout));
    Future<?> alarm = timeout == null ? null : alarm(attempt, timeout);
    Ending ending = handle(attempt, handler);
    if (alarm != null) {
      alarm.cancel(false);
    }
    if (!attempt.end()) {
      return null;
    }
    // Clears it, too: the interrupt was for the handler, not for what this thread does next.
    boolean unnoticed = Thread.interrupted();
    Stop stopped = attempt.stopped();
    if (stopped == Stop.TIMED_OUT) {
      return failed(task, policy, timedOut(timeout, ending));
    }
    if (stopped == Stop.SHUTDOWN && !(unnoticed && ending instanceof Returned)) {
      // A handler that saw the interrupt and returned all the same may have left its work half
      // done.
      return new Outcome.Released();
    }
    return outcome(attempt, policy, ending);
  }

  private RetryPolicy policyOf(Task task, Handler handler) {
    RetryPolicy own = task.spec().retryPolicy();
    if (own != null) {
      return own;
    }
    return handler.retryPolicy() != null ? handler.retryPolicy() : defaultPolicy;
  }

  private Future<?> alarm(LiveAttempt attempt, Duration timeout) {
    return timer.schedule(
        () -> attempt.stop(Stop.TIMED_OUT), timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What became of the handler. */
  private sealed interface Ending {}

  private record Returned(@Nullable Object result) implements Ending {}

  private record Threw(Throwable thrown) implements Ending {}

  /** The handler was not called: what it should get cannot be read. */
  private record Unreadable(TaskError error) implements Ending {}

  /** The handler was not called: what it should get cannot be had at present. */
  private record Unavailable() implements Ending {}

  private Ending handle(LiveAttempt attempt, Handler handler) {
    Object payload = null;
    if (handler.payload() != null) {
      try {
        payload = codec.read(payloads.of(attempt.task()), handler.payload());
      } catch (UnresolvedReferenceException e) {
        return new Unreadable(TaskError.of(e.kind(), String.valueOf(e.getMessage())));
      } catch (IllegalArgumentException e) {
        return new Unreadable(TaskError.of("payload", "the payload is " + e.getMessage()));
      } catch (StoreUnavailableException e) {
        return new Unavailable();
      } catch (TaskorchException e) {
        return new Unreadable(TaskError.of("payload", String.valueOf(e.getMessage())));
      }
    }
    try {
      return new Returned(handler.function().run(payload, attempt));
    } catch (Throwable e) {
      return new Threw(e);
    }
  }

  private Outcome outcome(LiveAttempt attempt, RetryPolicy policy, Ending ending) {
    return switch (ending) {
      case Returned(var result) -> succeeded(policy, result);
      case Unreadable(var error) -> permanent(policy, error);
      // Not a release: that would bring the task back at once, to fail again.
      case Unavailable() -> new Outcome.Snoozed(UNAVAILABLE_WAIT);
      case Threw(SnoozeSignal snooze) -> new Outcome.Snoozed(snooze.delay());
      case Threw(RateLimitedException e) -> slowedDown(attempt.task().spec().flow(), e);
      case Threw(var thrown) -> {
        String kind = attempt.stopped() == Stop.CANCELLED ? "cancelled" : "exception";
        TaskError error = error(kind, thrown);
        yield thrown instanceof PermanentTaskException || thrown instanceof Error
            ? permanent(policy, error)
            : failed(attempt.task(), policy, error);
      }
    };
  }

  /** What the task does not have cannot be put off with it. */
  private static Outcome slowedDown(Flow flow, RateLimitedException e) {
    boolean alone =
        switch (e.scope()) {
          case TASK -> true;
          case GROUP -> flow.group() == null;
          case LIMIT -> flow.limit() == null;
          case TYPE, QUEUE -> false;
        };
    return alone
        ? new Outcome.Snoozed(e.retryAfter())
        : new Outcome.SlowedDown(e.retryAfter(), e.scope());
  }

  private Outcome succeeded(RetryPolicy policy, @Nullable Object result) {
    Json json;
    try {
      json = codec.write(result);
    } catch (IllegalArgumentException e) {
      return permanent(policy, TaskError.of("result", "the result is " + e.getMessage()));
    }
    if (json.size() > Outcome.MOST_RESULT_BYTES) {
      String message =
          "the result has " + json.size() + " bytes; the most is " + Outcome.MOST_RESULT_BYTES;
      return permanent(policy, TaskError.of("result-too-large", message));
    }
    return new Outcome.Succeeded(json);
  }

  private static Outcome failed(Task task, RetryPolicy policy, TaskError error) {
    int failures = task.failures() + 1;
    if (policy.allowsRetryAfter(failures)) {
      Duration delay = policy.delayAfter(failures, ThreadLocalRandom.current());
      return new Outcome.Retrying(error, delay, policy.maxAttempts());
    }
    return new Outcome.Failed(error, Reason.ATTEMPTS_SPENT, policy.maxAttempts());
  }

  private static Outcome permanent(RetryPolicy policy, TaskError error) {
    return new Outcome.Failed(error, Reason.PERMANENT_ERROR, policy.maxAttempts());
  }

  private static TaskError timedOut(@Nullable Duration timeout, Ending ending) {
    String stack = ending instanceof Threw(var thrown) ? error("timeout", thrown).stack() : null;
    String message = timeout == null ? null : "ran longer than " + Durations.format(timeout);
    return new TaskError("timeout", null, message, stack);
  }

  private static TaskError error(String kind, Throwable thrown) {
    String type = thrown.getClass().getName();
    try {
      StringWriter stack = new StringWriter();
      thrown.printStackTrace(new PrintWriter(stack));
      return new TaskError(kind, type, thrown.getMessage(), stack.toString());
    } catch (RuntimeException e) {
      // A handler's exceptions are a handler's code: they may fail, too.
      return new TaskError(kind, type, null, null);
    }
  }
}
