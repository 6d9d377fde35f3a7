package io.taskorch.micronaut.health;

import io.micronaut.context.annotation.Factory;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.annotation.Readiness;
import io.micronaut.scheduling.TaskExecutors;
import io.taskorch.Taskorch;
import io.taskorch.micronaut.Shutdown;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.micronaut.health.Check.Finding;
import io.taskorch.schedule.Misfire;
import io.taskorch.store.QueueStore.QueueView;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.task.Durations;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskState;
import io.taskorch.upkeep.Upkeep;
import io.taskorch.worker.Worker;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;

/** What is looked at. */
@Factory
final class HealthChecks {

  /** Any number of probes costs one ping in this time. */
  private static final Duration RECENT = Duration.ofSeconds(2);

  /** How long a loop may be behind before it counts as stuck. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final InstantSource clock;
  private final ExecutorService executor;

  HealthChecks(InstantSource clock, @Named(TaskExecutors.BLOCKING) ExecutorService executor) {
    this.clock = clock;
    this.executor = executor;
  }

  /** Redis answered within the last seconds. */
  @Singleton
  @Readiness
  @Named("redis")
  HealthIndicator redis(Stores stores) {
    AtomicReference<Instant> lastAnswer = new AtomicReference<>(Instant.EPOCH);
    return new Check(
        "redis",
        () -> true,
        executor,
        () -> {
          try {
            if (!within(RECENT, lastAnswer.get())) {
              stores.ping();
              lastAnswer.set(clock.instant());
            }
            return new Finding(true, Map.of("last_answer", lastAnswer.get().toString()));
          } catch (StoreUnavailableException e) {
            return new Finding(false, Map.of("problem", "Redis does not answer"));
          }
        });
  }

  /** The worker's last poll succeeded, and not long ago, unless it has no slot to poll for. */
  @Singleton
  @Readiness
  @Named("worker")
  HealthIndicator worker(Taskorch taskorch, TaskorchConfig config) {
    Duration longest = config.worker().pollInterval().plus(PATIENCE);
    return new Check(
        "worker",
        () -> taskorch.worker().isPresent(),
        executor,
        () -> {
          Worker worker = taskorch.worker().orElseThrow();
          Optional<Instant> lastPoll = worker.lastPoll();
          boolean polls = lastPoll.isPresent() && within(longest, lastPoll.get());
          boolean full = lastPoll.isPresent() && worker.busy() >= worker.slots();
          return new Finding(
              (polls || full) && !worker.draining(),
              Map.of(
                  "last_poll",
                  lastPoll.map(Instant::toString).orElse("never"),
                  "busy",
                  worker.busy(),
                  "slots",
                  worker.slots(),
                  "draining",
                  worker.draining()));
        });
  }

  /** Every loop of upkeep went through not long ago. */
  @Singleton
  @Readiness
  @Named("scheduler")
  HealthIndicator scheduler(Taskorch taskorch) {
    return new Check(
        "scheduler",
        () -> taskorch.upkeep().isPresent(),
        executor,
        () -> {
          Optional<Instant> lastPass = taskorch.upkeep().flatMap(Upkeep::lastPass);
          return new Finding(
              lastPass.isPresent() && within(PATIENCE, lastPass.get()),
              Map.of("last_pass", lastPass.map(Instant::toString).orElse("never")));
        });
  }

  /** The app is not about to end. */
  @Singleton
  @Readiness
  @Named("shutdown")
  HealthIndicator shutdown(Shutdown shutdown) {
    return new Check("shutdown", shutdown::begun, executor, () -> new Finding(false, Map.of()));
  }

  /** Which queues have ready tasks and no live worker that takes from them. */
  @Singleton
  @Named("queues")
  HealthIndicator queues(Stores stores) {
    AtomicReference<Seen> last = new AtomicReference<>(new Seen(Instant.EPOCH, List.of()));
    return new Check(
        "queues",
        () -> true,
        executor,
        () -> {
          try {
            if (!within(RECENT, last.get().at())) {
              last.set(new Seen(clock.instant(), withoutWorker(stores)));
            }
            return new Finding(true, Map.of("without_worker", last.get().queues()));
          } catch (StoreUnavailableException e) {
            return new Finding(false, Map.of("problem", "Redis does not answer"));
          }
        });
  }

  /** No schedule is due and has not been fired: else no scheduler runs, or it is stuck. */
  @Singleton
  @Named("schedules")
  HealthIndicator schedules(Stores stores) {
    return new Check(
        "schedules",
        () -> true,
        executor,
        () -> {
          try {
            Duration lag = stores.schedules().lag();
            return new Finding(
                lag.compareTo(Misfire.GRACE) <= 0, Map.of("lag", Durations.format(lag)));
          } catch (StoreUnavailableException e) {
            return new Finding(false, Map.of("problem", "Redis does not answer"));
          }
        });
  }

  private record Seen(Instant at, List<String> queues) {}

  private static List<String> withoutWorker(Stores stores) {
    List<RegisteredWorker> workers = stores.workers().list();
    return stores.queues().list().stream()
        .filter(queue -> queue.depth().getOrDefault(TaskState.PENDING, 0L) > 0)
        .map(QueueView::name)
        .filter(name -> workers.stream().noneMatch(worker -> takesFrom(worker, name)))
        .toList();
  }

  private static boolean takesFrom(RegisteredWorker worker, String queue) {
    return worker.live() && worker.info().queues().contains(queue);
  }

  private boolean within(Duration time, Instant then) {
    return !clock.instant().isAfter(then.plus(time));
  }
}
