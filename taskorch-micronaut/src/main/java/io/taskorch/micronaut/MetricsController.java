package io.taskorch.micronaut;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.taskorch.observe.QueueMeters;

/** Tells all metrics in the text format of Prometheus. */
abstract class MetricsController {

  static final String OWN_PORT = "taskorch.metrics.own-port";
  static final String SHARED = "taskorch.metrics.shared-port";

  private static final String FORMAT = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry;
  private final QueueMeters queues;

  MetricsController(PrometheusMeterRegistry registry, QueueMeters queues) {
    this.registry = registry;
    this.queues = queues;
  }

  @Get
  @Produces(FORMAT)
  @ExecuteOn(TaskExecutors.BLOCKING)
  String metrics() {
    queues.refresh();
    // The Prometheus library keeps names that end in _created for itself, and cuts that off.
    return registry.scrape().replace("taskorch_tasks_total", "taskorch_tasks_created_total");
  }

  /** On a port that has nothing else, so that it can be closed to the outside. */
  @Controller(value = "/metrics", port = "${" + OWN_PORT + "}")
  @Requires(property = OWN_PORT)
  static final class OnItsOwnPort extends MetricsController {
    OnItsOwnPort(PrometheusMeterRegistry registry, QueueMeters queues) {
      super(registry, queues);
    }
  }

  /** Beside everything else. */
  @Controller("/metrics")
  @Requires(property = SHARED)
  static final class OnTheServersPort extends MetricsController {
    OnTheServersPort(PrometheusMeterRegistry registry, QueueMeters queues) {
      super(registry, queues);
    }
  }
}
