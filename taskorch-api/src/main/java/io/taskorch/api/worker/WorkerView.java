package io.taskorch.api.worker;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.store.WorkerRegistry.RegisteredWorker;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** A worker and when it was last heard of. */
@Schema(name = "Worker")
record WorkerView(
    String id,
    String host,
    String version,
    String pool,
    List<String> queues,
    List<String> types,
    List<String> labels,
    Slots slots,
    Instant lastHeartbeat,
    @Schema(allowableValues = {"active", "draining", "lost"}) String state) {

  /** How many attempts run at once, at most and now. */
  @Schema(name = "Slots")
  record Slots(int total, int busy) {}

  static WorkerView of(RegisteredWorker worker) {
    WorkerInfo info = worker.info();
    return new WorkerView(
        info.id(),
        info.host(),
        info.version(),
        info.pool(),
        info.queues(),
        info.types(),
        info.labels(),
        new Slots(info.slots(), info.busy()),
        worker.lastHeartbeat(),
        worker.state().name().toLowerCase(Locale.ROOT));
  }

  /** All workers that were heard of within the last hour. */
  @Schema(name = "Workers")
  record All(List<WorkerView> workers) {}
}
