package io.taskorch.api.lease;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import io.taskorch.api.task.TaskView;
import io.taskorch.micronaut.config.TaskorchConfig;
import io.taskorch.store.Claim.Leased;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry.WorkerInfo;
import io.taskorch.task.Durations;
import io.taskorch.task.Json;
import io.taskorch.task.Lease;
import io.taskorch.task.LeaseLostException;
import io.taskorch.task.LogLine;
import io.taskorch.task.Outcome;
import io.taskorch.task.Progress;
import io.taskorch.task.Task;
import io.taskorch.task.TaskError;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskNotFoundException;
import jakarta.annotation.Nullable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/** Claims tasks for foreign workers, and hears what became of them. */
@Controller("/v1/leases")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "leases")
final class LeaseController {

  private final ClaimDesk desk;
  private final Attempts attempts;
  private final HttpWorkers workers;
  private final Stores stores;
  private final Duration defaultLease;
  private final InstantSource clock;

  LeaseController(
      ClaimDesk desk,
      Attempts attempts,
      HttpWorkers workers,
      Stores stores,
      TaskorchConfig config,
      InstantSource clock) {
    this.desk = desk;
    this.attempts = attempts;
    this.workers = workers;
    this.stores = stores;
    this.defaultLease = config.worker().lease();
    this.clock = clock;
  }

  @Post
  @Operation(
      operationId = "claimTasks",
      summary = "Claims tasks",
      description =
          "Waits for work for as long as the call says. The worker counts as live for a minute"
              + " after its last call.")
  LeaseViews.Leases claim(
      HttpRequest<?> request,
      @RequestBody(content = @Content(schema = @Schema(implementation = ClaimBody.class)))
          @Nullable
          @Body
          byte[] body) {
    ClaimBody.Read claim =
        ClaimBody.read(Fields.of(body, ClaimBody.class, Bodies.MOST), defaultLease);
    if (workers.claims(infoOf(claim, request))) {
      return new LeaseViews.Leases(List.of(), true);
    }
    List<Leased> leased = desk.claim(claim, () -> hungUp(request));
    // The wait may have been as long as the worker counts as live.
    workers.speaks(claim.workerId());
    return new LeaseViews.Leases(attempts.handOut(leased, claim), false);
  }

  private static WorkerInfo infoOf(ClaimBody.Read claim, HttpRequest<?> request) {
    return new WorkerInfo(
        claim.workerId(),
        request.getRemoteAddress().getAddress().getHostAddress(),
        "http",
        "http",
        claim.queues(),
        List.copyOf(claim.types()),
        List.of(),
        claim.most(),
        0,
        false);
  }

  private static boolean hungUp(HttpRequest<?> request) {
    return request instanceof NettyHttpRequest<?> netty
        && !netty.getChannelHandlerContext().channel().isActive();
  }

  @Post("/{leaseId}/heartbeat")
  @Operation(
      operationId = "heartbeat",
      summary = "Prolongs a lease, and hears whether the task is to be cancelled")
  LeaseViews.Beat heartbeat(
      String leaseId,
      @RequestBody(
              content = @Content(schema = @Schema(implementation = LeaseBodies.Heartbeat.class)))
          @Nullable
          @Body
          byte[] body) {
    HttpLease lease = HttpLease.parse(leaseId);
    Duration length =
        LeaseBodies.Heartbeat.read(
            Fields.ofOptional(body, LeaseBodies.Heartbeat.class, Bodies.MOST), lease.length());
    // Before the call: the lease ends at this time or a little later, never sooner.
    Instant expiresAt = clock.instant().plus(length);
    boolean cancelRequested =
        switch (stores.tasks().heartbeat(List.of(held(lease)), length).getFirst()) {
          case HELD -> false;
          case CANCEL_REQUESTED -> true;
          case LOST -> throw new LeaseLostException(leaseId);
        };
    speaks(lease);
    return new LeaseViews.Beat(expiresAt, cancelRequested);
  }

  @Post("/{leaseId}/progress")
  @Status(HttpStatus.NO_CONTENT)
  @Operation(operationId = "noteProgress", summary = "Notes how far an attempt is")
  void progress(
      String leaseId,
      @RequestBody(
              content = @Content(schema = @Schema(implementation = LeaseBodies.ProgressNote.class)))
          @Nullable
          @Body
          byte[] body) {
    HttpLease lease = HttpLease.parse(leaseId);
    Progress progress =
        LeaseBodies.ProgressNote.read(Fields.of(body, LeaseBodies.ProgressNote.class, Bodies.MOST));
    requireHeld(lease, stores.tasks().progress(held(lease), progress));
  }

  @Post("/{leaseId}/logs")
  @Status(HttpStatus.NO_CONTENT)
  @Operation(operationId = "addLogLines", summary = "Adds lines to a task's log")
  void logs(
      String leaseId,
      @RequestBody(content = @Content(schema = @Schema(implementation = LeaseBodies.Lines.class)))
          @Nullable
          @Body
          byte[] body) {
    HttpLease lease = HttpLease.parse(leaseId);
    Instant now = clock.instant();
    List<LogLine> lines =
        LeaseBodies.Lines.read(Fields.of(body, LeaseBodies.Lines.class, Bodies.MOST), now);
    requireHeld(lease, stores.tasks().log(held(lease), TaskId.next(now, 0), lines));
  }

  @Post("/{leaseId}/complete")
  @Operation(operationId = "completeTask", summary = "Ends an attempt that succeeded")
  TaskView complete(
      String leaseId,
      @RequestBody(
              content = @Content(schema = @Schema(implementation = LeaseBodies.Completion.class)))
          @Nullable
          @Body
          byte[] body) {
    HttpLease lease = HttpLease.parse(leaseId);
    Fields in = Fields.ofOptional(body, LeaseBodies.Completion.class, Bodies.MOST);
    Json result = Objects.requireNonNullElse(in.raw("result"), Json.NULL);
    if (result.size() > Outcome.MOST_RESULT_BYTES) {
      in.impossible("result", "too-large", "is larger than 960 KiB");
    }
    in.refusals().throwIfAny();
    return ended(lease, attempts.settle(held(lease), new Outcome.Succeeded(result)));
  }

  @Post("/{leaseId}/fail")
  @Operation(
      operationId = "failTask",
      summary = "Ends an attempt that failed; the retry policy decides what follows")
  TaskView fail(
      String leaseId,
      @RequestBody(content = @Content(schema = @Schema(implementation = LeaseBodies.Failure.class)))
          @Nullable
          @Body
          byte[] body) {
    HttpLease lease = HttpLease.parse(leaseId);
    Fields in = Fields.of(body, LeaseBodies.Failure.class, Bodies.MOST);
    TaskError error = LeaseBodies.ErrorBody.read(in);
    Boolean retryable = in.flag("retryable");
    in.refusals().throwIfAny();
    return ended(
        lease,
        attempts.fail(held(lease), Objects.requireNonNull(error), retryable == null || retryable));
  }

  @Post("/{leaseId}/release")
  @Operation(
      operationId = "releaseTask",
      summary = "Gives a task back unfinished; the attempt is not spent")
  TaskView release(
      String leaseId,
      @RequestBody(content = @Content(schema = @Schema(implementation = LeaseBodies.Release.class)))
          @Nullable
          @Body
          byte[] body) {
    HttpLease lease = HttpLease.parse(leaseId);
    Fields in = Fields.ofOptional(body, LeaseBodies.Release.class, Bodies.MOST);
    Duration delay = in.duration("delay", Duration.ZERO, Durations.LONGEST);
    in.refusals().throwIfAny();
    Outcome outcome = delay == null ? new Outcome.Released() : new Outcome.Snoozed(delay);
    return ended(lease, attempts.settle(held(lease), outcome));
  }

  private Lease held(HttpLease lease) {
    if (!stores.partitions().holds(lease.lease().taskId())) {
      throw new TaskNotFoundException("under this lease");
    }
    return lease.lease();
  }

  private void requireHeld(HttpLease lease, boolean held) {
    if (!held) {
      throw new LeaseLostException(lease.id());
    }
    speaks(lease);
  }

  private void speaks(HttpLease lease) {
    workers.speaks(lease.workerId());
  }

  private TaskView ended(HttpLease lease, Task task) {
    speaks(lease);
    return TaskView.of(task);
  }
}
