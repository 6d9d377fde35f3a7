package io.taskorch.api.limit;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import io.taskorch.client.LimitClient;
import io.taskorch.limit.LimitNotFoundException;
import io.taskorch.task.Names;
import jakarta.annotation.Nullable;
import java.util.Objects;

/** Sets and reads the limits of queues, and pauses their groups. */
@Controller("/v1/queues/{name}")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "queues")
final class QueueLimitController {

  private final LimitClient limits;

  QueueLimitController(LimitClient limits) {
    this.limits = limits;
  }

  @Put("/limits")
  @Operation(
      operationId = "putQueueLimits",
      summary = "Sets the limits of a queue",
      description =
          "In place of those that it has; the same again changes nothing. Holds from the next claim"
              + " on.")
  @ApiResponse(responseCode = "200", description = "the limits as they are now")
  @ApiResponse(
      responseCode = "409",
      description =
          "it has none yet, and there are several partitions, in which it holds tasks that have not"
              + " ended")
  QueueLimitsView put(
      String name,
      @RequestBody(content = @Content(schema = @Schema(implementation = QueueLimitsBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.of(body, QueueLimitsBody.class, Bodies.MOST);
    var wanted = QueueLimitsBody.read(in);
    in.refusals().throwIfAny();
    return QueueLimitsView.of(limits.limitQueue(name, Objects.requireNonNull(wanted)));
  }

  @Get("/limits")
  @Operation(operationId = "getQueueLimits", summary = "Reads the limits of a queue, and their use")
  QueueLimitsView get(String name) {
    return QueueLimitsView.of(limits.getQueue(existing(name)));
  }

  @Delete("/limits")
  @Consumes(ALL)
  @Status(HttpStatus.NO_CONTENT)
  @Operation(operationId = "deleteQueueLimits", summary = "Takes the limits of a queue away")
  void delete(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    limits.freeQueue(limits.getQueue(existing(name)).queue());
  }

  @Get("/groups/{group}")
  @Operation(
      operationId = "getGroup",
      summary = "Reads a group of a queue",
      description = "A group need not have had a task yet.")
  GroupView group(String name, String group) {
    return GroupView.of(limits.group(existing(name), existing(group)));
  }

  @Post("/groups/{group}/pause")
  @Consumes(ALL)
  @Operation(
      operationId = "pauseGroup",
      summary = "Stops claims from a group of a queue",
      description = "What runs goes on. A group that has had no task yet can be paused too.")
  GroupView pause(
      String name, String group, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return GroupView.of(limits.pauseGroup(existing(name), existing(group)));
  }

  @Post("/groups/{group}/resume")
  @Consumes(ALL)
  @Operation(operationId = "resumeGroup", summary = "Lets claims from a group of a queue go on")
  GroupView resume(
      String name, String group, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return GroupView.of(limits.resumeGroup(existing(name), existing(group)));
  }

  private static String existing(String name) {
    if (!Names.isValid(name)) {
      throw new LimitNotFoundException("a queue or group of this name");
    }
    return name;
  }
}
