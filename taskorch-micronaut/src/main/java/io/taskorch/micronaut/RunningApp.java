package io.taskorch.micronaut;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import io.micronaut.runtime.server.EmbeddedServer;
import io.taskorch.Taskorch;
import io.taskorch.limit.DeclaredLimits;
import io.taskorch.micronaut.config.App;
import io.taskorch.micronaut.config.ServerConfig;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.task.TaskorchException;
import io.taskorch.worker.Worker;
import java.net.BindException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One or several apps that run in this process, on one HTTP server and one connection. */
public final class RunningApp implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RunningApp.class);

  /** Whose the schedules and limits of the settings are. */
  private static final String DECLARER = "config";

  private final ApplicationContext context;
  private final ServerConfig settings;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RunningApp(ApplicationContext context, ServerConfig settings) {
    this.context = context;
    this.settings = settings;
  }

  /**
   * @param handlers objects with {@link io.taskorch.worker.TaskHandler} methods that are no beans;
   *     registered where the worker is among the apps
   * @throws StartException when Redis is away, a port is taken, or a setting does not fit the rest
   */
  public static RunningApp start(Set<App> apps, TaskorchConfig config, List<?> handlers) {
    ApplicationContext context =
        ApplicationContext.builder()
            .singletons(config, new Roles(apps))
            .properties(MicronautProperties.of(apps, config))
            // One way to set something is enough: the loader has read the environment already.
            .environmentPropertySource(false)
            .deduceEnvironment(false)
            .bootstrapEnvironment(false)
            .banner(false)
            .build();
    try {
      context.start();
      context.getBean(EmbeddedServer.class).start();
      Taskorch taskorch = context.getBean(Taskorch.class);
      if (apps.contains(App.WORKER)) {
        handlers.forEach(taskorch::register);
        if (taskorch.handlers().isEmpty()) {
          LOG.warn("this worker has no handlers: no bean has a method with @TaskHandler");
        }
      }
      if (apps.contains(App.SCHEDULER)) {
        taskorch
            .schedules()
            .declare(DECLARER, List.copyOf(config.scheduler().schedules().values()));
        taskorch.limits().declareAll(Map.of(DECLARER, config.limits()));
      } else if (!config.limits().equals(DeclaredLimits.NONE)) {
        LOG.warn("queues and limits are set by the scheduler: those of this file are not used");
      }
      taskorch.start();
    } catch (RuntimeException e) {
      context.close();
      throw explained(e, config);
    }
    return new RunningApp(context, config.server());
  }

  private static RuntimeException explained(RuntimeException failure, TaskorchConfig config) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        String metrics =
            MicronautProperties.metricsOnTheirOwnPort(config)
                ? " or " + config.metrics().port()
                : "";
        return new StartException(
            "cannot listen on "
                + config.server().host()
                + ", port "
                + config.server().port()
                + metrics
                + ": "
                + cause.getMessage(),
            failure);
      }
      if (cause instanceof TaskorchException || cause instanceof IllegalArgumentException) {
        return new StartException(String.valueOf(cause.getMessage()), failure);
      }
    }
    return failure;
  }

  /** Where the HTTP server listens. */
  public URI url() {
    return URI.create(
        "http://" + settings.host() + ":" + context.getBean(EmbeddedServer.class).getPort());
  }

  public Taskorch taskorch() {
    return context.getBean(Taskorch.class);
  }

  /** The beans, for what is built on them. */
  public ApplicationContext context() {
    return context;
  }

  /**
   * Ends in good order: not ready, no more claims, no more connections; what runs may finish within
   * {@code server.graceful_shutdown_timeout}, and is released then. A second call changes nothing.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    context.getBean(Shutdown.class).begin();
    Thread drain = Thread.ofVirtual().start(() -> taskorch().worker().ifPresent(Worker::drain));
    finishRequests(settings.gracefulShutdownTimeout());
    try {
      // Bounded by the worker's own grace time, which is the same.
      drain.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    context.close();
  }

  private void finishRequests(Duration longest) {
    CompletableFuture<?> finished =
        GracefulShutdownCapable.shutdownAll(
                context.getBeansOfType(GracefulShutdownCapable.class).stream())
            .toCompletableFuture();
    try {
      @Nullable Object unused = finished.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("some requests have not ended within the time for it");
    } catch (ExecutionException e) {
      LOG.warn("some requests have not ended well", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
