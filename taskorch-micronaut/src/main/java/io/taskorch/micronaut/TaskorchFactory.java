package io.taskorch.micronaut;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.context.env.Environment;
import io.micronaut.core.annotation.Nullable;
import io.taskorch.Taskorch;
import io.taskorch.client.BatchClient;
import io.taskorch.client.LimitClient;
import io.taskorch.client.ScheduleClient;
import io.taskorch.client.TaskClient;
import io.taskorch.client.WorkflowClient;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ConfigLoader;
import io.taskorch.micronaut.config.RedisConfig;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.observe.MeteredStores;
import io.taskorch.observe.QueueMeters;
import io.taskorch.observe.ScheduleMeters;
import io.taskorch.store.Stores;
import io.taskorch.worker.Worker;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** The beans that a context gets by having this module. */
@Factory
final class TaskorchFactory {

  /**
   * The settings of an application that was not started by the {@link Launcher}: its own
   * properties, under {@code taskorch}, such as {@code taskorch.redis.addr}.
   */
  @Singleton
  @Requires(missingBeans = TaskorchConfig.class)
  TaskorchConfig config(Environment environment) {
    var loaded =
        ConfigLoader.of(App.WORKER)
            .load(
                key ->
                    environment
                        .getProperty("taskorch." + key.replace('_', '-'), String.class)
                        .orElse(null));
    loaded.warnings().forEach(LoggerFactory.getLogger(TaskorchFactory.class)::warn);
    return loaded.config();
  }

  @Singleton
  @Requires(missingBeans = Roles.class)
  Roles roles() {
    return new Roles(Set.of(App.WORKER, App.SCHEDULER));
  }

  @Singleton
  @Requires(missingBeans = InstantSource.class)
  InstantSource clock() {
    return InstantSource.system();
  }

  @Singleton
  @Bean(preDestroy = "close")
  Taskorch taskorch(
      TaskorchConfig config, Roles roles, InstantSource clock, @Nullable MeterRegistry registry) {
    RedisConfig redis = config.redis();
    Taskorch.Builder builder =
        Taskorch.builder()
            .addresses(redis.addr())
            .mode(redis.mode())
            .database(redis.db())
            .tls(redis.tls())
            .namespace(redis.namespace())
            .partitions(redis.partitions())
            .allowEviction(redis.allowEviction())
            .worker(config.worker().options(config.server().gracefulShutdownTimeout()))
            .upkeep(config.scheduler().options())
            .clock(clock);
    if (!redis.username().isEmpty()) {
      builder.username(redis.username());
    }
    if (!redis.password().isEmpty()) {
      builder.password(redis.password());
    }
    if (!redis.ca().isEmpty()) {
      builder.ca(redis.ca());
    }
    if (roles.has(App.WORKER)) {
      builder.shell(config.worker().shell().options());
    }
    if (!roles.has(App.SCHEDULER)) {
      builder.withoutUpkeep();
    }
    if (registry != null) {
      builder.decorate(stores -> new MeteredStores(stores, registry));
    }
    Taskorch taskorch = builder.connect();
    if (registry != null && roles.has(App.WORKER)) {
      gaugeSlots(taskorch, registry);
    }
    if (registry != null) {
      ScheduleMeters.register(taskorch.stores(), registry);
    }
    return taskorch;
  }

  private static void gaugeSlots(Taskorch taskorch, MeterRegistry registry) {
    Gauge.builder("taskorch.worker.slots", () -> taskorch.worker().map(Worker::busy).orElse(0))
        .description("Slots of this worker")
        .tag("state", "busy")
        .register(registry);
    Gauge.builder(
            "taskorch.worker.slots",
            () -> taskorch.worker().map(w -> Math.max(0, w.slots() - w.busy())).orElse(0))
        .description("Slots of this worker")
        .tag("state", "free")
        .register(registry);
  }

  @Singleton
  Stores stores(Taskorch taskorch) {
    return taskorch.stores();
  }

  @Singleton
  TaskClient tasks(Taskorch taskorch) {
    return taskorch.client();
  }

  @Singleton
  BatchClient batches(Taskorch taskorch) {
    return taskorch.batches();
  }

  @Singleton
  WorkflowClient workflows(Taskorch taskorch) {
    return taskorch.workflows();
  }

  @Singleton
  ScheduleClient schedules(Taskorch taskorch) {
    return taskorch.schedules();
  }

  @Singleton
  LimitClient limits(Taskorch taskorch) {
    return taskorch.limits();
  }

  @Singleton
  @Requires(beans = MeterRegistry.class)
  QueueMeters queueMeters(Stores stores, MeterRegistry registry) {
    return new QueueMeters(stores, registry);
  }
}
