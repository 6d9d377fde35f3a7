package io.taskorch.api.schedule;

import static io.micronaut.http.MediaType.ALL;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
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
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.taskorch.api.input.Bodies;
import io.taskorch.api.input.Fields;
import io.taskorch.api.input.Query;
import io.taskorch.api.task.TaskView;
import io.taskorch.api.workflow.RunView;
import io.taskorch.client.ScheduleClient;
import io.taskorch.client.ScheduleClient.Backfill;
import io.taskorch.client.ScheduleClient.Triggered;
import io.taskorch.schedule.Overlap;
import io.taskorch.schedule.ScheduleNotFoundException;
import io.taskorch.schedule.Simulation;
import io.taskorch.schedule.Simulation.Subject;
import io.taskorch.schedule.Simulation.Window;
import io.taskorch.store.ScheduleStore.SchedulePage;
import io.taskorch.store.StoredSchedule;
import io.taskorch.task.Durations;
import io.taskorch.task.Names;
import io.taskorch.task.Task;
import io.taskorch.workflow.Run;
import jakarta.annotation.Nullable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** Makes, reads and operates schedules. */
@Controller("/v1/schedules")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "schedules")
final class ScheduleController {

  private static final long DEFAULT_COUNT = 10;

  private final ScheduleClient schedules;

  ScheduleController(ScheduleClient schedules) {
    this.schedules = schedules;
  }

  @Put("/{name}")
  @Operation(
      operationId = "putSchedule",
      summary = "Makes a schedule, or makes one different",
      description =
          "The same again changes nothing. When its times change, the next is the first from now"
              + " on.")
  @ApiResponse(responseCode = "201", description = "the new schedule")
  @ApiResponse(responseCode = "200", description = "the schedule, which there was before")
  HttpResponse<ScheduleView> put(
      String name,
      @RequestBody(content = @Content(schema = @Schema(implementation = ScheduleBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.of(body, ScheduleBody.class, Bodies.MOST);
    String given = in.text("name");
    if (given != null && !given.equals(name)) {
      in.impossible("name", "conflict", "is not the name in the path");
    }
    Boolean paused = in.flag("paused");
    var schedule = ScheduleBody.read(in, name);
    in.refusals().throwIfAny();
    ScheduleClient.Put done = schedules.put(Objects.requireNonNull(schedule), paused);
    ScheduleView view = ScheduleView.of(done.stored());
    return done.created()
        ? HttpResponse.created(view, URI.create("/v1/schedules/" + name))
        : HttpResponse.ok(view);
  }

  @Get
  @Operation(operationId = "listSchedules", summary = "Lists schedules by name")
  ScheduleView.Page list(
      @Parameter(description = Query.LIMIT) @QueryValue @Nullable String limit,
      @Parameter(description = Query.CURSOR) @QueryValue @Nullable String cursor) {
    Query query = new Query();
    int most = query.limit(limit);
    return query.answer(() -> ScheduleView.Page.of(schedules.list(most, cursor)));
  }

  @Get("/{name}")
  @Operation(operationId = "getSchedule", summary = "Reads a schedule")
  ScheduleView get(String name) {
    return ScheduleView.of(schedules.get(existing(name)));
  }

  @Delete("/{name}")
  @Consumes(ALL)
  @Status(HttpStatus.NO_CONTENT)
  @Operation(
      operationId = "deleteSchedule",
      summary = "Deletes a schedule; what it has started stays",
      description = "One that is declared comes back with the next start of who declares it.")
  void delete(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    schedules.delete(existing(name));
  }

  @Post("/{name}/pause")
  @Consumes(ALL)
  @Operation(operationId = "pauseSchedule", summary = "Stops a schedule")
  ScheduleView pause(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return ScheduleView.of(schedules.pause(existing(name)));
  }

  @Post("/{name}/resume")
  @Consumes(ALL)
  @Operation(
      operationId = "resumeSchedule",
      summary = "Lets a schedule go on with its first instant from now on")
  ScheduleView resume(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return ScheduleView.of(schedules.resume(existing(name)));
  }

  @Post("/{name}/trigger")
  @Consumes(ALL)
  @Operation(
      operationId = "triggerSchedule",
      summary = "Makes a schedule's task or run now",
      description = "Whatever its times and overlap say, paused or not.")
  @ApiResponse(
      responseCode = "201",
      description = "the task, or the run of its workflow",
      content = @Content(schema = @Schema(oneOf = {TaskView.class, RunView.class})))
  HttpResponse<?> trigger(String name, @Parameter(hidden = true) @Nullable @Body byte[] body) {
    Bodies.requireNone(body);
    return switch (schedules.trigger(existing(name))) {
      case Triggered.OfTask(Task task) ->
          HttpResponse.created(TaskView.of(task), URI.create("/v1/tasks/" + task.id()));
      case Triggered.OfRun(Run run) ->
          HttpResponse.created(RunView.of(run), URI.create("/v1/workflows/" + run.id()));
    };
  }

  @Post("/{name}/backfill")
  @Operation(
      operationId = "backfillSchedule",
      summary = "Makes the tasks or runs of a window of the past, at most 1,000, each once")
  BackfillBody.Done backfill(
      String name,
      @RequestBody(content = @Content(schema = @Schema(implementation = BackfillBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.of(body, BackfillBody.class, Bodies.MOST);
    Instant from = in.requiredInstant("from");
    Instant to = in.requiredInstant("to");
    Overlap overlap = in.choice("overlap", Overlap.class);
    in.refusals().throwIfAny();
    StoredSchedule stored = schedules.get(existing(name));
    Backfill done =
        schedules.backfill(
            name,
            Objects.requireNonNull(from),
            Objects.requireNonNull(to),
            overlap == null ? Overlap.ALLOW : overlap);
    return BackfillBody.Done.of(done, stored.schedule().target());
  }

  @Get("/{name}/next")
  @Operation(operationId = "previewSchedule", summary = "Tells the next instants of a schedule")
  PreviewView next(
      String name,
      @Parameter(description = "10 unless given, at most 1000") @QueryValue @Nullable
          String count) {
    Query query = new Query();
    int most = (int) query.number("count", count, DEFAULT_COUNT, 1, ScheduleClient.MOST_PREVIEWED);
    query.done();
    StoredSchedule stored = schedules.get(existing(name));
    return new PreviewView(
        stored.schedule().zone().getId(),
        schedules.next(name, most).stream().map(PreviewView.Row::of).toList());
  }

  @Post("/simulate")
  @Operation(
      operationId = "simulateSchedules",
      summary = "Shows what schedules will do in a window of time",
      description =
          "Under their zones, excluded dates and rules for misfires and overlaps, and where their"
              + " tasks begin together. Stores nothing.")
  SimulationView simulate(
      @RequestBody(content = @Content(schema = @Schema(implementation = SimulationBody.class)))
          @Nullable
          @Body
          byte[] body) {
    Fields in = Fields.ofOptional(body, SimulationBody.class, Bodies.MOST);
    Instant now = schedules.now();
    Window window = SimulationBody.window(in, now);
    List<Window> outages = SimulationBody.outages(in);
    Duration runTime = in.duration("run_time", Duration.ZERO, Durations.LONGEST);
    List<Subject> subjects = subjects(in, now);
    in.refusals().throwIfAny();
    Simulation simulation =
        Simulation.of(subjects, window, runTime == null ? Duration.ZERO : runTime, outages);
    return SimulationView.of(
        window, subjects.stream().map(subject -> subject.schedule().name()).toList(), simulation);
  }

  private List<Subject> subjects(Fields in, Instant now) {
    List<Subject> subjects = new ArrayList<>();
    if (!in.has("schedules") && !in.has("names")) {
      return stored();
    }
    List<String> names = in.texts("names");
    if (in.has("schedules")) {
      for (Fields one :
          in.requiredObjects("schedules", ScheduleBody.class, Simulation.MOST_SCHEDULES)) {
        var schedule = ScheduleBody.read(one, one.requiredText("name"));
        if (schedule != null) {
          subjects.add(new Subject(schedule, now));
        }
      }
    }
    if (names.size() + subjects.size() > Simulation.MOST_SCHEDULES) {
      in.impossible("names", "out-of-range", "makes more than 100 schedules");
      return subjects;
    }
    for (String name : names) {
      if (Names.isValid(name) && schedules.find(name).isPresent()) {
        subjects.add(subject(schedules.get(name)));
      } else {
        in.impossible("names", "not-found", "names a schedule that is not stored");
      }
    }
    Set<String> different = new HashSet<>();
    if (!subjects.stream().allMatch(subject -> different.add(subject.schedule().name()))) {
      in.impossible("schedules", "conflict", "has two schedules of one name");
    }
    return subjects;
  }

  /** The first schedules that are stored. */
  private List<Subject> stored() {
    List<Subject> subjects = new ArrayList<>();
    String cursor = null;
    do {
      // Of large ones a page is short.
      SchedulePage page = schedules.list(Simulation.MOST_SCHEDULES - subjects.size(), cursor);
      page.schedules().forEach(one -> subjects.add(subject(one)));
      cursor = page.nextCursor().orElse(null);
    } while (cursor != null && subjects.size() < Simulation.MOST_SCHEDULES);
    return subjects;
  }

  private static Subject subject(StoredSchedule stored) {
    return new Subject(stored.schedule(), stored.createdAt());
  }

  private static String existing(String name) {
    if (!Names.isValid(name)) {
      throw new ScheduleNotFoundException("of this name");
    }
    return name;
  }
}
