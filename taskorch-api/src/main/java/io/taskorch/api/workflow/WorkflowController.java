package io.taskorch.api.workflow;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
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
import io.taskorch.client.RunSubmission;
import io.taskorch.client.WorkflowClient;
import io.taskorch.store.RunStore;
import io.taskorch.store.RunStore.RunFilter;
import io.taskorch.workflow.DotGraph;
import io.taskorch.workflow.MermaidGraph;
import io.taskorch.workflow.RunGraph;
import io.taskorch.workflow.RunState;
import io.taskorch.workflow.WorkflowDefinition;
import jakarta.annotation.Nullable;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Starts, reads and operates workflow runs. */
@Controller("/v1/workflows")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "workflows")
final class WorkflowController {

  /** As Graphviz has registered it. Mermaid has none of its own that browsers show. */
  private static final String DOT = "text/vnd.graphviz";

  private static final String MERMAID = MediaType.TEXT_PLAIN;

  private final WorkflowClient workflows;
  private final InstantSource clock;

  WorkflowController(WorkflowClient workflows, InstantSource clock) {
    this.workflows = workflows;
    this.clock = clock;
  }

  @Post
  @Operation(operationId = "startWorkflow", summary = "Starts a run of a workflow")
  @ApiResponse(responseCode = "201", description = "the run")
  @ApiResponse(responseCode = "200", description = "the first run of the idempotency key")
  HttpResponse<RunView> start(
      @RequestBody(content = @Content(schema = @Schema(implementation = WorkflowBody.class)))
          @Nullable
          @Body
          byte[] body,
      @Header(IdempotencyKey.HEADER) @Nullable String idempotencyKey) {
    Fields in = Fields.of(body, WorkflowBody.class, Bodies.MOST_OF_MANY);
    String key = IdempotencyKey.of(idempotencyKey, in);
    WorkflowDefinition definition = WorkflowBody.read(in);
    return started(workflows.submit(definition, WorkflowBody.input(in), key));
  }

  /** The answer to whoever starts a run. */
  static HttpResponse<RunView> started(RunSubmission submission) {
    RunView view = RunView.of(submission.run());
    return Submitted.answer(submission.created(), "/v1/workflows/" + view.id(), view);
  }

  @Get
  @Operation(operationId = "listWorkflows", summary = "Lists runs, latest first within each state")
  RunListView list(
      @Parameter(description = "by comma") @QueryValue @Nullable String state,
      @QueryValue @Nullable String name,
      @QueryValue("created_after") @Nullable String createdAfter,
      @QueryValue("created_before") @Nullable String createdBefore,
      @Parameter(description = "`reverse` turns the order round") @QueryValue @Nullable String sort,
      @Parameter(description = Query.LIMIT) @QueryValue @Nullable String limit,
      @Parameter(description = Query.CURSOR) @QueryValue @Nullable String cursor) {
    Query query = new Query();
    List<RunState> states = query.choices("state", state, RunState.class);
    String checkedName = query.name("name", name);
    Instant after = query.instant("created_after", createdAfter);
    Instant before = query.instant("created_before", createdBefore);
    boolean reverse = query.word("sort", sort, "reverse");
    int most = query.limit(limit);
    return query.answer(
        () ->
            RunListView.of(
                workflows.list(
                    new RunFilter(states, checkedName, after, before, reverse, most, cursor))));
  }

  @Get("/{id}")
  @Operation(operationId = "getWorkflow", summary = "Reads a run with its steps")
  RunView get(String id) {
    return RunView.of(workflows.get(id));
  }

  @Get("/{id}/graph")
  @Produces({MediaType.APPLICATION_JSON, DOT, MERMAID})
  @Operation(
      operationId = "getWorkflowGraph",
      summary = "Draws a run: states, times, and what its end had to wait for")
  @ApiResponse(
      responseCode = "200",
      description = "the graph",
      content = {
        @Content(
            mediaType = MediaType.APPLICATION_JSON,
            schema = @Schema(implementation = GraphView.class)),
        @Content(mediaType = MERMAID, schema = @Schema(implementation = String.class)),
        @Content(mediaType = DOT, schema = @Schema(implementation = String.class))
      })
  HttpResponse<?> graph(
      String id,
      @Parameter(description = "`json` unless given, `mermaid` or `dot`") @QueryValue @Nullable
          String format) {
    Query query = new Query();
    GraphView.Format wanted = query.choice("format", format, GraphView.Format.JSON);
    query.done();
    RunGraph graph = RunGraph.of(workflows.get(id), clock.instant());
    return switch (wanted) {
      case JSON -> HttpResponse.ok(GraphView.of(graph));
      case MERMAID -> text(MermaidGraph.of(graph), MERMAID);
      case DOT -> text(DotGraph.of(graph), DOT);
    };
  }

  private static HttpResponse<?> text(String text, String type) {
    return HttpResponse.ok(text).contentType(new MediaType(type, Map.of("charset", "utf-8")));
  }

  @Get("/{id}/diff/{other}")
  @Operation(operationId = "diffWorkflows", summary = "Compares two runs step by step")
  RunDiffView diff(String id, String other) {
    return RunDiffView.of(workflows.diff(id, other), clock.instant());
  }

  @Delete("/{id}")
  @Consumes(ALL)
  @Operation(operationId = "cancelWorkflow", summary = "Cancels a run")
  RunView cancel(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return RunView.of(workflows.cancel(id, RunStore.ANONYMOUS));
  }

  @Post("/{id}/retry")
  @Consumes(ALL)
  @Operation(operationId = "retryWorkflow", summary = "Starts the steps over that did not succeed")
  RunView retry(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return RunView.of(workflows.retry(id, RunStore.ANONYMOUS));
  }

  @Post("/{id}/signals/{name}")
  @Operation(
      operationId = "signalWorkflow",
      summary = "Sends a signal to the steps that wait for it, now or later",
      description =
          "The body is any JSON of up to 256 KiB, or none: the result of those steps. The last"
              + " signal of a name counts.")
  RunView signal(
      String id,
      String name,
      @RequestBody(content = @Content(schema = @Schema(implementation = Object.class)))
          @Nullable
          @Body
          byte[] body) {
    workflows.signal(id, name, Bodies.any(body), RunStore.ANONYMOUS);
    return RunView.of(workflows.get(id));
  }

  @Post("/{id}/fork")
  @Operation(
      operationId = "forkWorkflow",
      summary = "Starts a new run that is like this one up to a step",
      description =
          "What has succeeded here, has not been undone and does not depend on the step counts as"
              + " done, with the same results. This run stays as it is.")
  @ApiResponse(responseCode = "201", description = "the new run")
  @ApiResponse(responseCode = "200", description = "the first run of the idempotency key")
  HttpResponse<RunView> fork(
      String id,
      @RequestBody(content = @Content(schema = @Schema(implementation = ForkBody.class)))
          @Nullable
          @Body
          byte[] body,
      @Header(IdempotencyKey.HEADER) @Nullable String idempotencyKey) {
    Fields in = Fields.of(body, ForkBody.class, Bodies.MOST_OF_MANY);
    String key = IdempotencyKey.of(idempotencyKey, in);
    String fromStep = in.requiredText("from_step");
    in.refusals().throwIfAny();
    return started(workflows.fork(id, fromStep, in.raw("input"), RunStore.ANONYMOUS, key));
  }
}
