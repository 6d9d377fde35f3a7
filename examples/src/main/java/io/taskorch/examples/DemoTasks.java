package io.taskorch.examples;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.taskorch.task.Durations;
import io.taskorch.task.Json;
import io.taskorch.task.PermanentTaskException;
import io.taskorch.worker.TaskContext;
import io.taskorch.worker.TaskHandler;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Handlers to play with: one that answers, one that takes its time, one that fails. */
public final class DemoTasks {

  private static final Duration NOTE_EVERY = Duration.ofMillis(250);

  /** Returns the payload as it came. */
  @TaskHandler("echo")
  Json echo(Json payload, TaskContext task) {
    task.log("attempt " + task.attempt() + " of task " + task.taskId());
    return payload;
  }

  /** The same under the name that introductions use. */
  @TaskHandler("demo_job")
  Json demoJob(Json payload, TaskContext task) {
    return echo(payload, task);
  }

  /**
   * How long to sleep.
   *
   * @param length such as {@code 3s}
   */
  record Sleep(@JsonProperty("for") @Nullable String length) {}

  record Slept(@JsonProperty("for") String length) {}

  /** Sleeps; by default a second. */
  @TaskHandler("sleep")
  Slept sleep(@Nullable Sleep wanted, TaskContext task) throws InterruptedException {
    String text = wanted == null ? null : wanted.length();
    Duration length = duration("for", Objects.requireNonNullElse(text, "1s"));
    long begin = System.nanoTime();
    Duration left = length;
    while (left.isPositive()) {
      task.progress((int) (100 - 100.0 * left.toMillis() / length.toMillis()), "asleep");
      Thread.sleep(left.compareTo(NOTE_EVERY) < 0 ? left : NOTE_EVERY);
      left = length.minusNanos(System.nanoTime() - begin);
    }
    task.log("slept for " + Durations.format(length));
    return new Slept(Durations.format(length));
  }

  private static Duration duration(String field, String text) {
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new PermanentTaskException(field + " is " + e.getMessage(), e);
    }
  }

  /**
   * How to fail.
   *
   * @param times the first attempts that fail; null for all
   * @param permanent whether to fail in a way that no retry can mend
   */
  record Fail(@Nullable Integer times, boolean permanent) {}

  record Succeeded(int attempt) {}

  /** Fails as told, and succeeds when it has failed often enough. */
  @TaskHandler("fail")
  Succeeded fail(@Nullable Fail wanted, TaskContext task) {
    Fail how = Objects.requireNonNullElse(wanted, new Fail(null, false));
    if (how.times() != null && task.attempt() > how.times()) {
      return new Succeeded(task.attempt());
    }
    String message = "failed as told, attempt " + task.attempt();
    task.log("stderr", message);
    throw how.permanent()
        ? new PermanentTaskException(message)
        : new IllegalStateException(message);
  }
}
