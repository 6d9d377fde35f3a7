package io.taskorch.micronaut.health;

import io.micronaut.core.async.publisher.AsyncSingleResultPublisher;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;

/**
 * One thing that is looked at.
 *
 * @param applies whether this process does the work at all; if not, nothing is said about it
 */
record Check(String name, BooleanSupplier applies, ExecutorService executor, Supplier<Finding> look)
    implements HealthIndicator {

  /**
   * What was seen.
   *
   * @param details by name, in snake case
   */
  record Finding(boolean well, Map<String, Object> details) {}

  @Override
  public Publisher<HealthResult> getResult() {
    return applies.getAsBoolean()
        ? new AsyncSingleResultPublisher<>(executor, this::result)
        : Publishers.empty();
  }

  private HealthResult result() {
    Finding finding = look.get();
    return HealthResult.builder(name, finding.well() ? HealthStatus.UP : HealthStatus.DOWN)
        .details(finding.details())
        .build();
  }
}
