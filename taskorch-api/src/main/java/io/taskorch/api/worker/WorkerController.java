package io.taskorch.api.worker;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.api.input.Bodies;
import io.taskorch.store.Stores;
import io.taskorch.store.WorkerRegistry;
import io.taskorch.task.Names;
import io.taskorch.task.TaskNotFoundException;
import jakarta.annotation.Nullable;

/** Reads and drains workers. */
@Controller("/v1/workers")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "workers")
final class WorkerController {

  private final WorkerRegistry workers;

  WorkerController(Stores stores) {
    this.workers = stores.workers();
  }

  @Get
  @Operation(
      operationId = "listWorkers",
      summary = "Lists all workers that were heard of within the last hour")
  WorkerView.All list() {
    return new WorkerView.All(workers.list().stream().map(WorkerView::of).toList());
  }

  @Post("/{id}/drain")
  @Consumes(ALL)
  @Status(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "drainWorker",
      summary = "Asks a worker to claim no more",
      description = "It hears of it with its next heartbeat.")
  void drain(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    if (!Names.isValidWorkerId(id) || !workers.drain(id)) {
      throw new TaskNotFoundException("under worker " + id);
    }
  }
}
