package io.taskorch.api.queue;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.api.input.Bodies;
import io.taskorch.store.QueueStore;
import io.taskorch.store.Stores;
import io.taskorch.task.Names;
import io.taskorch.task.TaskNotFoundException;
import jakarta.annotation.Nullable;

/** Reads and operates queues. */
@Controller("/v1/queues")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "queues")
final class QueueController {

  private final QueueStore queues;

  QueueController(Stores stores) {
    this.queues = stores.queues();
  }

  @Get
  @Operation(operationId = "listQueues", summary = "Lists all queues")
  QueueView.All list() {
    return new QueueView.All(queues.list().stream().map(QueueView::of).toList());
  }

  @Get("/{name}")
  @Operation(operationId = "getQueue", summary = "Reads a queue")
  QueueView get(String name) {
    return QueueView.of(
        queues.find(nameOf(name)).orElseThrow(() -> new TaskNotFoundException("in " + name)));
  }

  @Post("/{name}/pause")
  @Consumes(ALL)
  @Operation(
      operationId = "pauseQueue",
      summary = "Stops claims from a queue",
      description = "What runs goes on. A queue that has had no task yet can be paused too.")
  QueueView pause(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    queues.pause(nameOf(name));
    return get(name);
  }

  @Post("/{name}/resume")
  @Consumes(ALL)
  @Operation(operationId = "resumeQueue", summary = "Lets claims from a queue go on")
  QueueView resume(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    queues.resume(nameOf(name));
    return get(name);
  }

  @Delete("/{name}/tasks")
  @Consumes(ALL)
  @Operation(operationId = "purgeQueue", summary = "Cancels everything that waits in a queue")
  QueueView.Purged purge(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return new QueueView.Purged(queues.purge(get(name).name()));
  }

  private static String nameOf(String name) {
    if (!Names.isValid(name)) {
      throw new TaskNotFoundException("in a queue of this name");
    }
    return name;
  }
}
