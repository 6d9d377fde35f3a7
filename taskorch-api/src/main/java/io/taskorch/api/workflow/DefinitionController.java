package io.taskorch.api.workflow;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
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
import io.taskorch.api.input.Query;
import io.taskorch.api.json.Submitted;
import io.taskorch.api.task.IdempotencyKey;
import io.taskorch.client.DefinitionSubmission;
import io.taskorch.client.WorkflowClient;
import io.taskorch.workflow.DefinitionDiff;
import io.taskorch.workflow.DefinitionVersion;
import io.taskorch.workflow.WorkflowDefinition;
import jakarta.annotation.Nullable;

/** Stores and reads workflow definitions, and starts runs of them. */
@Controller("/v1/workflow-definitions")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "workflow definitions")
final class DefinitionController {

  private final WorkflowClient workflows;

  DefinitionController(WorkflowClient workflows) {
    this.workflows = workflows;
  }

  @Put("/{name}")
  @Operation(
      operationId = "putWorkflowDefinition",
      summary = "Stores a new version of a definition, unless the latest means the same")
  @ApiResponse(responseCode = "201", description = "the new version")
  @ApiResponse(responseCode = "200", description = "the latest version, which is the same")
  HttpResponse<DefinitionView> put(
      String name,
      @RequestBody(content = @Content(schema = @Schema(implementation = DefinitionBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.of(body, DefinitionBody.class, Bodies.MOST_OF_MANY);
    WorkflowDefinition definition = DefinitionBody.read(in, name);
    DefinitionSubmission submission = workflows.define(definition, DefinitionBody.inputSchema(in));
    DefinitionView view = DefinitionView.of(submission.definition());
    return Submitted.answer(
        submission.created(),
        "/v1/workflow-definitions/" + name + "?version=" + view.version(),
        view);
  }

  @Get
  @Operation(
      operationId = "listWorkflowDefinitions",
      summary = "Lists the latest version of each definition, by name")
  DefinitionListView list(
      @Parameter(description = Query.LIMIT) @QueryValue @Nullable String limit,
      @Parameter(description = Query.CURSOR) @QueryValue @Nullable String cursor) {
    Query query = new Query();
    int most = query.limit(limit);
    return query.answer(() -> DefinitionListView.of(workflows.definitions(most, cursor)));
  }

  @Get("/{name}")
  @Operation(operationId = "getWorkflowDefinition", summary = "Reads a version of a definition")
  DefinitionView get(
      String name,
      @Parameter(description = "the latest unless given") @QueryValue @Nullable String version) {
    Query query = new Query();
    Integer number = version(query, "version", version);
    query.done();
    return DefinitionView.of(workflows.definition(name, number));
  }

  private static @Nullable Integer version(Query query, String name, @Nullable String text) {
    return text == null ? null : (int) query.number(name, text, 1, 1, Integer.MAX_VALUE);
  }

  @Get("/{name}/versions")
  @Operation(
      operationId = "listWorkflowDefinitionVersions",
      summary = "Lists the versions of a definition, latest first")
  VersionListView versions(
      String name,
      @Parameter(description = Query.LIMIT) @QueryValue @Nullable String limit,
      @Parameter(description = Query.CURSOR) @QueryValue @Nullable String cursor) {
    Query query = new Query();
    int most = query.limit(limit);
    return query.answer(() -> VersionListView.of(workflows.versions(name, most, cursor)));
  }

  @Get("/{name}/diff")
  @Operation(
      operationId = "diffWorkflowDefinition",
      summary = "Tells what became of a definition from one version to another")
  DefinitionDiffView diff(
      String name,
      @Parameter(description = "the version before the other one unless given")
          @QueryValue
          @Nullable
          String from,
      @Parameter(description = "the latest unless given") @QueryValue @Nullable String to) {
    Query query = new Query();
    Integer earlier = version(query, "from", from);
    Integer later = version(query, "to", to);
    query.done();
    DefinitionVersion after = workflows.definition(name, later);
    DefinitionVersion before =
        workflows.definition(name, earlier == null ? Math.max(1, after.number() - 1) : earlier);
    return DefinitionDiffView.of(
        name, before.number(), after.number(), DefinitionDiff.of(before, after));
  }

  @Post("/{name}/runs")
  @Operation(
      operationId = "startWorkflowDefinition",
      summary = "Starts a run of a definition, which keeps its version")
  @ApiResponse(responseCode = "201", description = "the run")
  @ApiResponse(responseCode = "200", description = "the first run of the idempotency key")
  HttpResponse<RunView> start(
      String name,
      @RequestBody(content = @Content(schema = @Schema(implementation = RunBody.class)))
          @Nullable
          @Body
          byte[] body,
      @Header(IdempotencyKey.HEADER) @Nullable String idempotencyKey) {
    Fields in = Fields.ofOptional(body, RunBody.class, Bodies.MOST_OF_MANY);
    String key = IdempotencyKey.of(idempotencyKey, in);
    Integer version = RunBody.version(in);
    in.refusals().throwIfAny();
    return WorkflowController.started(workflows.submit(name, version, WorkflowBody.input(in), key));
  }
}
