package io.taskorch.api.batch;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
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
import io.taskorch.api.json.Submitted;
import io.taskorch.api.task.IdempotencyKey;
import io.taskorch.api.task.SubmittedView;
import io.taskorch.client.BatchClient;
import io.taskorch.client.BatchSubmission;
import io.taskorch.task.TaskSpec;
import jakarta.annotation.Nullable;
import java.util.List;

/** Submits, reads and cancels batches. */
@Controller("/v1/batches")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "batches")
final class BatchController {

  private final BatchClient batches;

  BatchController(BatchClient batches) {
    this.batches = batches;
  }

  @Post
  @Operation(operationId = "submitBatch", summary = "Submits tasks as a batch")
  @ApiResponse(responseCode = "201", description = "the batch")
  @ApiResponse(responseCode = "200", description = "the first batch of the idempotency key")
  HttpResponse<BatchView> submit(
      HttpRequest<?> request,
      @RequestBody(content = @Content(schema = @Schema(implementation = BatchBody.class)))
          @Nullable
          @Body
          byte[] body,
      @Header(IdempotencyKey.HEADER) @Nullable String idempotencyKey) {
    Fields in = Fields.of(body, BatchBody.class, Bodies.MOST_OF_MANY);
    BatchSubmission submission =
        batches.submit(BatchBody.read(in, IdempotencyKey.of(idempotencyKey, in)));
    BatchView view = BatchView.of(request, submission);
    return Submitted.answer(submission.created(), "/v1/batches/" + view.id(), view);
  }

  @Get("/{id}")
  @Operation(operationId = "getBatch", summary = "Reads a batch and how far it is")
  BatchView get(String id) {
    return BatchView.of(batches.get(id));
  }

  @Post("/{id}/tasks")
  @Operation(
      operationId = "addToBatch",
      summary = "Adds tasks to a batch that has not ended",
      description = "One whose unique key is held by another task is no member.")
  SubmittedView add(
      HttpRequest<?> request,
      String id,
      @RequestBody(content = @Content(schema = @Schema(implementation = AdditionBody.class)))
          @Nullable
          @Body
          byte[] body,
      @Header(IdempotencyKey.HEADER) @Nullable String idempotencyKey) {
    Fields in = Fields.of(body, AdditionBody.class, Bodies.MOST_OF_MANY);
    String key = IdempotencyKey.of(idempotencyKey, in);
    List<TaskSpec> tasks = BatchBody.tasks(in);
    in.refusals().throwIfAny();
    return SubmittedView.of(request, batches.add(id, tasks, key));
  }

  @Delete("/{id}")
  @Consumes(ALL)
  @Operation(
      operationId = "cancelBatch",
      summary = "Cancels a batch: members that wait end, those that run are told")
  BatchView cancel(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return BatchView.of(batches.cancel(id));
  }
}
