package io.taskorch.api.task;

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
import io.taskorch.api.input.InvalidRequestException;
import io.taskorch.api.input.Query;
import io.taskorch.api.json.Submitted;
import io.taskorch.api.poll.LongPolls;
import io.taskorch.client.BatchRow;
import io.taskorch.client.Explanation;
import io.taskorch.client.Submission;
import io.taskorch.client.TaskClient;
import io.taskorch.store.TaskFilter;
import io.taskorch.task.Task;
import io.taskorch.task.TaskId;
import io.taskorch.task.TaskSpec;
import io.taskorch.task.TaskState;
import jakarta.annotation.Nullable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Submits, reads and operates tasks. */
@Controller("/v1/tasks")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "tasks")
final class TaskController {

  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final int LOG_PAGE = 1_000;

  private final TaskClient tasks;
  private final LongPolls polls;

  TaskController(TaskClient tasks, LongPolls polls) {

    this.tasks = tasks;
    this.polls = polls;
  }

  @Post
  @Operation(operationId = "submitTask", summary = "Submits a task")
  @ApiResponse(responseCode = "201", description = "the task")
  @ApiResponse(responseCode = "200", description = "the first task of the idempotency key")
  HttpResponse<TaskView> submit(
      @RequestBody(content = @Content(schema = @Schema(implementation = TaskBody.class)))
          @Nullable
          @Body
          byte[] body,
      @Header(IdempotencyKey.HEADER) @Nullable String idempotencyKey) {
    Fields in = Fields.of(body, TaskBody.class, Bodies.MOST);
    Submission submission = tasks.submit(TaskBody.read(in, IdempotencyKey.of(idempotencyKey, in)));
    TaskView view = TaskView.of(submission.task());
    return Submitted.answer(submission.created(), "/v1/tasks/" + view.id(), view);
  }

  @Post("/batch")
  @Operation(operationId = "submitTasks", summary = "Submits up to 1,000 tasks, each on its own")
  SubmittedView submitAll(
      HttpRequest<?> request,
      @RequestBody(content = @Content(schema = @Schema(implementation = BatchBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.of(body, BatchBody.class, Bodies.MOST_OF_MANY);
    if (request.getHeaders().contains(IdempotencyKey.HEADER)) {
      in.malformed("tasks", "conflict", "take an idempotency_key each, and no header for all");
    }
    List<Fields.Item> items = in.items("tasks", BatchBody.MOST);
    in.refusals().throwIfAny();

    List<TaskSpec> specs = new ArrayList<>();
    SubmittedView.Row[] rows = new SubmittedView.Row[items.size()];
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      try {
        Fields row = items.get(i).asObject(TaskBody.class);
        specs.add(TaskBody.read(row, row.text("idempotency_key")));
        places.add(i);
      } catch (InvalidRequestException e) {
        rows[i] = SubmittedView.Row.refused(request, e);
      }
    }
    List<BatchRow> submitted = tasks.submitAll(specs);
    for (int i = 0; i < submitted.size(); i++) {
      rows[places.get(i)] = SubmittedView.Row.of(request, submitted.get(i));
    }
    return new SubmittedView(List.of(rows));
  }

  @Get
  @Operation(
      operationId = "listTasks",
      summary = "Lists tasks",
      description =
          "One state after the other, each in its own order. A filtered page may be short or empty"
              + " and still have a next one.")
  TaskListView list(
      @Parameter(description = "by comma; without it all but BLOCKED") @QueryValue @Nullable
          String state,
      @QueryValue @Nullable String queue,
      @QueryValue @Nullable String type,
      @QueryValue @Nullable String tag,
      @Parameter(description = "needed for BLOCKED") @QueryValue("workflow_id") @Nullable
          String workflowId,
      @QueryValue @Nullable String group,
      @QueryValue("created_after") @Nullable String createdAfter,
      @QueryValue("created_before") @Nullable String createdBefore,
      @Parameter(description = "`reverse` turns the orders round") @QueryValue @Nullable
          String sort,
      @Parameter(description = Query.LIMIT) @QueryValue @Nullable String limit,
      @Parameter(description = Query.CURSOR) @QueryValue @Nullable String cursor) {
    Query query = new Query();
    List<TaskState> states = query.choices("state", state, TaskState.class);
    if (states.contains(TaskState.BLOCKED) && workflowId == null) {
      query.refuse("workflow_id", "required", "is missing: BLOCKED is listed by workflow only");
    }
    if (workflowId != null && !TaskId.isValid(workflowId)) {
      query.refuse("workflow_id", "invalid-id", "is not an id");
    }
    String checkedQueue = query.name("queue", queue);
    String checkedType = query.name("type", type);
    String checkedTag = query.name("tag", tag);
    String checkedGroup = query.name("group", group);
    Instant after = query.instant("created_after", createdAfter);
    Instant before = query.instant("created_before", createdBefore);
    boolean reverse = query.word("sort", sort, "reverse");
    int most = query.limit(limit);
    return query.answer(
        () ->
            TaskListView.of(
                tasks.list(
                    new TaskFilter(
                        states,
                        checkedQueue,
                        checkedType,
                        checkedTag,
                        workflowId,
                        checkedGroup,
                        after,
                        before,
                        reverse,
                        most,
                        cursor))));
  }

  @Get("/{id}")
  @Operation(operationId = "getTask", summary = "Reads a task")
  TaskView get(String id) {
    Task task = tasks.get(id);
    if (task.state() != TaskState.BLOCKED) {
      return TaskView.of(task);
    }
    List<String> waitingFor =
        tasks.explain(id).causes().stream()
            .flatMap(
                cause ->
                    switch (cause) {
                      case Explanation.WaitsFor waits -> waits.steps().stream();
                      case Explanation.Awaits awaits -> Stream.of(awaits.what());
                      default -> Stream.empty();
                    })
            .toList();
    return TaskView.of(task, waitingFor);
  }

  @Get("/{id}/result")
  @Operation(
      operationId = "awaitTask",
      summary = "Waits for the end of a task",
      description = "At once when it has ended, else when it does, or the time is over.")
  @ApiResponse(responseCode = "200", description = "it has ended")
  @ApiResponse(responseCode = "202", description = "it has not")
  HttpResponse<ResultView> result(
      String id,
      @Parameter(description = "how long to wait, at most 1m", example = "30s")
          @QueryValue
          @Nullable
          String wait) {
    Query query = new Query();
    Duration longest = query.duration("wait", wait, LONGEST_WAIT);
    query.done();
    Task task = polls.await(id, longest);
    return task.state().isFinal()
        ? HttpResponse.ok(ResultView.of(task))
        : HttpResponse.accepted().body(new ResultView(task.state(), null, null, null));
  }

  @Get("/{id}/logs")
  @Operation(operationId = "readTaskLog", summary = "Reads lines of a task's log, at most 1,000")
  LogView logs(
      String id,
      @Parameter(description = "not in this version") @QueryValue @Nullable String follow,
      @Parameter(description = "lines after this seq") @QueryValue @Nullable String after) {
    Query query = new Query();
    if (query.flag("follow", follow)) {
      query.refuse("follow", "not-built", "is not in this version; ask again with after");
    }
    long seq = query.number("after", after, 0, 0, Long.MAX_VALUE);
    query.done();
    return LogView.of(tasks.logs(id, seq, LOG_PAGE));
  }

  @Get("/{id}/explain")
  @Operation(operationId = "explainTask", summary = "Tells why a task does not run now")
  ExplanationView explain(String id) {
    return ExplanationView.of(tasks.explain(id));
  }

  @Delete("/{id}")
  @Consumes(ALL)
  @Operation(
      operationId = "cancelOrDeleteTask",
      summary = "Cancels a task, or deletes the record of one that has ended",
      description = "A running one is told. What has ended is deleted with purge=true.")
  @ApiResponse(responseCode = "200", description = "the task, after a cancel")
  @ApiResponse(
      responseCode = "204",
      description = "after purge=true",
      content = @Content(schema = @Schema(hidden = true)))
  HttpResponse<TaskView> cancelOrDelete(
      String id,
      @QueryValue @Nullable String purge,
      @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    Query query = new Query();
    boolean delete = query.flag("purge", purge);
    query.done();
    if (delete) {
      tasks.delete(id);
      return HttpResponse.noContent();
    }
    return HttpResponse.ok(TaskView.of(tasks.cancel(id)));
  }

  @Post("/{id}/cancel")
  @Consumes(ALL)
  @Operation(operationId = "cancelTask", summary = "Cancels a task; one that runs is told")
  TaskView cancel(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return TaskView.of(tasks.cancel(id));
  }

  @Post("/{id}/retry")
  @Consumes(ALL)
  @Operation(operationId = "retryTask", summary = "Starts a failed or cancelled task over")
  TaskView retry(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return TaskView.of(tasks.retry(id));
  }

  @Post("/{id}/run-now")
  @Consumes(ALL)
  @Operation(operationId = "runTaskNow", summary = "Makes a task ready that waits for its time")
  TaskView runNow(String id, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return TaskView.of(tasks.runNow(id));
  }
}
