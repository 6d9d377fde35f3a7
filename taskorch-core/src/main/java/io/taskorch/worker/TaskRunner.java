package io.taskorch.worker;

import io.taskorch.json.PayloadCodec;
import io.taskorch.store.RunStore;
import io.taskorch.task.Durations;
import io.taskorch.task.Flow;
import io.taskorch.task.Json;
import io.taskorch.task.Outcome;
import io.taskorch.task.PartlyFailedException;
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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
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
    Duration timeout = timeoutOf(task, handler);
    attempt.begin(timeout == null ? null : clock.instant().plus(timeout));
    Future<?> alarm = timeout == null ? null : alarm(List.of(attempt), timeout);
    Ending ending = handle(attempt, handler);
    if (alarm != null) {
      alarm.cancel(false);
    }
    if (!attempt.end()) {
      return null;
    }
    // Clears it, too: the interrupt was for the handler, not for what this thread does next.
    boolean unnoticed = Thread.interrupted();
    return outcome(attempt, handler, timeout, ending, unnoticed);
  }

  /**
   * Runs a handler that takes lists.
   *
   * @param attempts of one type
   * @return how each ended; those are left out of which somebody else has decided that meanwhile
   */
  Map<LiveAttempt, Outcome> run(Lot lot, List<LiveAttempt> attempts) {
    Map<LiveAttempt, Outcome> outcomes = new LinkedHashMap<>();
    Handler handler = handlers.find(attempts.getFirst().task().spec().type());
    if (handler == null || draining.getAsBoolean()) {
      for (LiveAttempt attempt : attempts) {
        if (attempt.end()) {
          outcomes.put(attempt, new Outcome.Released());
        }
      }
      return outcomes;
    }
    Duration timeout = shortestTimeout(attempts, handler);
    Instant deadline = timeout == null ? null : clock.instant().plus(timeout);
    attempts.forEach(attempt -> attempt.begin(deadline));
    lot.begin();
    Future<?> alarm = timeout == null ? null : alarm(attempts, timeout);
    Map<LiveAttempt, Ending> endings = handle(attempts, handler);
    if (alarm != null) {
      alarm.cancel(false);
    }
    List<LiveAttempt> ended = attempts.stream().filter(LiveAttempt::end).toList();
    boolean unnoticed = Thread.interrupted();
    for (LiveAttempt attempt : ended) {
      Ending ending = Objects.requireNonNull(endings.get(attempt));
      outcomes.put(attempt, outcome(attempt, handler, timeout, ending, unnoticed));
    }
    return outcomes;
  }

  private static @Nullable Duration timeoutOf(Task task, Handler handler) {
    return task.spec().timeout() != null ? task.spec().timeout() : handler.timeout();
  }

  private static @Nullable Duration shortestTimeout(List<LiveAttempt> attempts, Handler handler) {
    Duration shortest = null;
    for (LiveAttempt attempt : attempts) {
      Duration timeout = timeoutOf(attempt.task(), handler);
      if (timeout != null && (shortest == null || timeout.compareTo(shortest) < 0)) {
        shortest = timeout;
      }
    }
    return shortest;
  }

  /**
   * The outcome of an attempt whose handler has ended.
   *
   * @param unnoticed whether the handler was interrupted and did not see it
   */
  private Outcome outcome(
      LiveAttempt attempt,
      Handler handler,
      @Nullable Duration timeout,
      Ending ending,
      boolean unnoticed) {
    Task task = attempt.task();
    RetryPolicy policy = policyOf(task, handler);
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

  private Future<?> alarm(List<LiveAttempt> attempts, Duration timeout) {
    return timer.schedule(
        () -> attempts.forEach(attempt -> attempt.stop(Stop.TIMED_OUT)),
        timeout.toMillis(),
        TimeUnit.MILLISECONDS);
  }

  /** What became of the handler. */
  private sealed interface Ending {}

  private record Returned(@Nullable Object result) implements Ending {}

  private record Threw(Throwable thrown) implements Ending {}

  /** What the handler should get cannot be read, or what it has returned cannot be taken. */
  private record Unfit(TaskError error) implements Ending, Input {}

  /** The handler was not called: what it should get cannot be had at present. */
  private record Unavailable() implements Ending, Input {}

  /** What a handler is to get. */
  private sealed interface Input {}

  private record Payload(@Nullable Object value) implements Input {}

  private Ending handle(LiveAttempt attempt, Handler handler) {
    return switch (read(attempt, handler)) {
      case Payload(var value) -> call(() -> handler.function().run(value, attempt));
      case Unfit unfit -> unfit;
      case Unavailable unavailable -> unavailable;
    };
  }

  private Input read(LiveAttempt attempt, Handler handler) {
    if (handler.payload() == null) {
      return new Payload(null);
    }
    try {
      return new Payload(codec.read(payloads.of(attempt.task()), handler.payload()));
    } catch (UnresolvedReferenceException e) {
      return new Unfit(TaskError.of(e.kind(), String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException e) {
      return new Unfit(TaskError.of("payload", "the payload is " + e.getMessage()));
    } catch (StoreUnavailableException e) {
      return new Unavailable();
    } catch (TaskorchException e) {
      return new Unfit(TaskError.of("payload", String.valueOf(e.getMessage())));
    }
  }

  private static Ending call(Callable<@Nullable Object> handler) {
    try {
      return new Returned(handler.call());
    } catch (Throwable e) {
      return new Threw(e);
    }
  }

  private Map<LiveAttempt, Ending> handle(List<LiveAttempt> attempts, Handler handler) {
    Map<LiveAttempt, Ending> endings = new HashMap<>();
    List<LiveAttempt> called = new ArrayList<>();
    List<@Nullable Object> values = new ArrayList<>();
    for (LiveAttempt attempt : attempts) {
      switch (read(attempt, handler)) {
        case Payload(var value) -> {
          called.add(attempt);
          values.add(value);
        }
        case Unfit unfit -> endings.put(attempt, unfit);
        case Unavailable unavailable -> endings.put(attempt, unavailable);
      }
    }
    if (!called.isEmpty()) {
      var function = ((Handler.Together) handler.function()).function();
      Ending all =
          call(() -> function.run(Collections.unmodifiableList(values), List.copyOf(called)));
      for (int i = 0; i < called.size(); i++) {
        endings.put(called.get(i), ending(all, i, called.size()));
      }
    }
    return endings;
  }

  /** What became of one of the tasks that a handler was called for. */
  private static Ending ending(Ending all, int place, int count) {
    return switch (all) {
      case Returned(List<?> results) when results.size() == count ->
          new Returned(results.get(place));
      case Returned(var result) when result != null ->
          new Unfit(
              TaskError.of(
                  "result",
                  "the handler of "
                      + count
                      + " tasks has returned "
                      + (result instanceof List<?> list
                          ? "a list of " + list.size()
                          : "no list but a " + result.getClass().getName())));
      case Threw(PartlyFailedException e) -> {
        Throwable failure = e.failures().get(place);
        yield failure == null ? new Returned(null) : new Threw(failure);
      }
      case Returned returned -> returned;
      case Threw threw -> threw;
      case Unfit unfit -> unfit;
      case Unavailable unavailable -> unavailable;
    };
  }

  private Outcome outcome(LiveAttempt attempt, RetryPolicy policy, Ending ending) {
    return switch (ending) {
      case Returned(var result) -> succeeded(policy, result);
      case Unfit(var error) -> permanent(policy, error);
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
