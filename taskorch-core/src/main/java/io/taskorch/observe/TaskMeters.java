package io.taskorch.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.taskorch.task.TaskState;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The meters of tasks, by queue and type. */
final class TaskMeters {

  /** From what an idle worker takes to what a nightly batch takes. */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(15),
    Duration.ofHours(1)
  };

  private final MeterRegistry registry;
  private final Labels queues = new Labels();
  private final Labels types = new Labels();
  private final Map<Kind, OfKind> byKind = new ConcurrentHashMap<>();
  private final Counter leasesLost;

  TaskMeters(MeterRegistry registry) {
    this.registry = registry;
    this.leasesLost =
        Counter.builder("taskorch.leases.lost")
            .description("Leases that were gone when the worker spoke of them again")
            .register(registry);
  }

  /** What a task is, as far as metrics tell. */
  record Kind(String queue, String type) {}

  OfKind of(String queue, String type) {
    OfKind known = byKind.get(new Kind(queue, type));
    // Bounded like the labels: whatever is beyond them is looked up again under "other".
    return known != null
        ? known
        : byKind.computeIfAbsent(new Kind(queues.of(queue), types.of(type)), OfKind::new);
  }

  void leaseLost() {
    leasesLost.increment();
  }

  /** The meters of one queue and type. */
  final class OfKind {
    private final Kind kind;
    private final Counter created;
    private final Counter retries;
    private final Timer duration;
    private final Timer waiting;
    private final Map<TaskState, Counter> completed = new ConcurrentHashMap<>();

    private OfKind(Kind kind) {
      this.kind = kind;
      this.created =
          Counter.builder("taskorch.tasks.created")
              .description("Tasks stored")
              .tags(tags())
              .register(registry);
      this.retries =
          Counter.builder("taskorch.task.retries")
              .description("Failed attempts that are tried again")
              .tags(tags())
              .register(registry);
      this.duration =
          Timer.builder("taskorch.task.duration")
              .description("From the claim to the end of an attempt")
              .serviceLevelObjectives(BUCKETS)
              .tags(tags())
              .register(registry);
      this.waiting =
          Timer.builder("taskorch.task.wait")
              .description("From ready to the claim")
              .serviceLevelObjectives(BUCKETS)
              .tags(tags())
              .register(registry);
    }

    private Tags tags() {
      return Tags.of("queue", kind.queue(), "type", kind.type());
    }

    void created() {
      created.increment();
    }

    void retried() {
      retries.increment();
    }

    void ran(Duration time) {
      duration.record(time);
    }

    void waited(Duration time) {
      waiting.record(time);
    }

    /** Counts tasks that ended; a state that is not final counts as nothing. */
    void ended(TaskState state, long tasks) {
      if (!state.isFinal() || tasks == 0) {
        return;
      }
      completed
          .computeIfAbsent(
              state,
              s ->
                  Counter.builder("taskorch.tasks.completed")
                      .description("Tasks that ended")
                      .tags(tags().and("outcome", outcome(s)))
                      .register(registry))
          .increment(tasks);
    }

    private static String outcome(TaskState state) {
      return switch (state) {
        case SUCCEEDED -> "succeeded";
        case FAILED -> "failed";
        case CANCELLED -> "cancelled";
        case SKIPPED -> "skipped";
        case BLOCKED, SCHEDULED, PENDING, RUNNING, RETRYING ->
            throw new IllegalArgumentException(state + " is no outcome");
      };
    }
  }
}
