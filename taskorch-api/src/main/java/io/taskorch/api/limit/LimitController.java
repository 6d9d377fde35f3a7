package io.taskorch.api.limit;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.annotation.Status;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import io.taskorch.api.input.Query;
import io.taskorch.client.LimitClient;
import io.taskorch.limit.LimitNotFoundException;
import io.taskorch.task.Names;
import jakarta.annotation.Nullable;
import java.util.Objects;

/** Sets and reads the limits of what tasks give as their {@code limit}. */
@Controller("/v1/limits")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "limits")
final class LimitController {

  private final LimitClient limits;

  LimitController(LimitClient limits) {
    this.limits = limits;
  }

  @Put("/{key}")
  @Operation(
      operationId = "putLimits",
      summary = "Sets the limits of a key",
      description =
          "In place of those that it has; the same again changes nothing. Holds from the next claim"
              + " on.")
  LimitView put(
      String key,
      @RequestBody(content = @Content(schema = @Schema(implementation = LimitsBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.of(body, LimitsBody.class, Bodies.MOST);
    var wanted = LimitsBody.read(in);
    in.refusals().throwIfAny();
    return LimitView.of(limits.limit(key, Objects.requireNonNull(wanted)));
  }

  @Get
  @Operation(operationId = "listLimits", summary = "Lists the keys that have limits, by name")
  LimitView.Page list(
      @Parameter(description = Query.LIMIT) @QueryValue @Nullable String limit,
      @Parameter(description = Query.CURSOR) @QueryValue @Nullable String cursor) {
    Query query = new Query();
    int most = query.limit(limit);
    return query.answer(() -> LimitView.Page.of(limits.list(most, cursor)));
  }

  @Get("/{key}")
  @Operation(operationId = "getLimits", summary = "Reads the limits of a key, and their use")
  LimitView get(String key) {
    return LimitView.of(limits.get(existing(key)));
  }

  @Delete("/{key}")
  @Consumes(ALL)
  @Status(HttpStatus.NO_CONTENT)
  @Operation(operationId = "deleteLimits", summary = "Takes the limits of a key away")
  void delete(String key, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    limits.free(limits.get(existing(key)).key());
  }

  private static String existing(String key) {
    if (!Names.isValid(key)) {
      throw new LimitNotFoundException("a key of this name");
    }
    return key;
  }
}
