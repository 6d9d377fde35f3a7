package io.taskorch.api.lease;

import io.swagger.v3.oas.annotations.media.Schema;
import io.taskorch.api.task.TaskView;
import java.time.Instant;
import java.util.List;

/** What a worker is told. */
final class LeaseViews {

  private LeaseViews() {}

  /**
   * The answer to a claim.
   *
   * @param drain whether somebody asks the worker to claim no more
   */
  @Schema(name = "Leases")
  record Leases(List<LeasedTask> leases, boolean drain) {}

  /**
   * A task and the right to run it.
   *
   * @param fence larger than that of every attempt before, for conditional writes elsewhere
   * @param task its payload has what it refers to in place of the references
   */
  @Schema(name = "LeasedTask")
  record LeasedTask(String leaseId, Instant expiresAt, long fence, TaskView task) {}

  /** The answer to a heartbeat. */
  @Schema(name = "HeartbeatAnswer")
  record Beat(Instant expiresAt, boolean cancelRequested) {}
}
