package io.taskorch.api.problem;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.taskorch.api.input.InvalidRequestException;
import io.taskorch.batch.IllegalBatchMoveException;
import io.taskorch.limit.LimitNotFoundException;
import io.taskorch.limit.QueueInUseException;
import io.taskorch.schedule.DeclaredScheduleException;
import io.taskorch.schedule.ScheduleNotFoundException;
import io.taskorch.task.BatchClosedException;
import io.taskorch.task.GoneException;
import io.taskorch.task.GroupFullException;
import io.taskorch.task.IdempotencyConflictException;
import io.taskorch.task.IllegalMoveException;
import io.taskorch.task.InvalidTaskException;
import io.taskorch.task.LeaseLostException;
import io.taskorch.task.StorageFullException;
import io.taskorch.task.StoreUnavailableException;
import io.taskorch.task.TaskNotFoundException;
import io.taskorch.task.TaskorchException;
import io.taskorch.task.UniqueConflictException;
import io.taskorch.task.Violation;
import io.taskorch.workflow.DefinitionNotFoundException;
import io.taskorch.workflow.IllegalRunMoveException;
import io.taskorch.workflow.StepNotFoundException;
import jakarta.inject.Singleton;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the core refuses, as an answer. */
@Singleton
public final class TaskorchErrors implements ExceptionHandler<TaskorchException, HttpResponse<?>> {

  private static final Logger LOG = LoggerFactory.getLogger(TaskorchErrors.class);

  /** Long enough for a failover to be noticed, in seconds. */
  private static final String RETRY_AFTER = "2";

  @Override
  public HttpResponse<?> handle(
      @SuppressWarnings("rawtypes") HttpRequest request, TaskorchException error) {
    Problem problem = problem(request, error);
    MutableHttpResponse<?> response = HttpResponse.status(HttpStatus.valueOf(problem.status()));
    if (problem.status() == HttpStatus.SERVICE_UNAVAILABLE.getCode()) {
      response.header("Retry-After", RETRY_AFTER);
    }
    return problem.response(response);
  }

  /** What is wrong, as an answer or as a row of one. */
  public static Problem problem(HttpRequest<?> request, TaskorchException error) {
    return switch (error) {
      case InvalidRequestException e -> invalid(request, e.status(), e.violations());
      case InvalidTaskException e ->
          invalid(
              request,
              e.violations().stream().anyMatch(v -> v.code().equals("too-large")) ? 413 : 422,
              e.violations());
      case TaskNotFoundException e -> notFound(request);
      case DefinitionNotFoundException e -> notFound(request);
      case ScheduleNotFoundException e -> notFound(request);
      case LimitNotFoundException e -> notFound(request);
      case StepNotFoundException e ->
          Problem.of(request, HttpStatus.NOT_FOUND, "not-found", "Not found", message(e));
      case DeclaredScheduleException e ->
          Problem.of(request, HttpStatus.CONFLICT, "declared", "Declared elsewhere", message(e));
      case QueueInUseException e ->
          Problem.of(request, HttpStatus.CONFLICT, "queue-in-use", "Queue in use", message(e));
      case IllegalMoveException e ->
          Problem.of(request, HttpStatus.CONFLICT, "illegal-move", "Impossible move", message(e));
      case IllegalRunMoveException e ->
          Problem.of(request, HttpStatus.CONFLICT, "illegal-move", "Impossible move", message(e));
      case IllegalBatchMoveException e ->
          Problem.of(request, HttpStatus.CONFLICT, "illegal-move", "Impossible move", message(e));
      case BatchClosedException e ->
          Problem.of(request, HttpStatus.CONFLICT, "batch-closed", "Batch closed", message(e));
      case IdempotencyConflictException e ->
          Problem.of(
                  request,
                  HttpStatus.CONFLICT,
                  "idempotency-conflict",
                  "Idempotency key used before",
                  message(e))
              .withId(e.holder());
      case UniqueConflictException e ->
          Problem.of(request, HttpStatus.CONFLICT, "unique-conflict", "Unique key held", message(e))
              .withId(e.holder());
      case GroupFullException e ->
          Problem.of(request, HttpStatus.TOO_MANY_REQUESTS, "group-full", "Group full", message(e));
      case GoneException e ->
          Problem.of(request, HttpStatus.GONE, "gone", "Deleted since", message(e)).withId(e.id());
      case LeaseLostException e ->
          Problem.of(
              request,
              HttpStatus.CONFLICT,
              "lease-lost",
              "Lease lost",
              "the lease is no longer held; nothing was written");
      case StorageFullException e ->
          Problem.of(
              request,
              HttpStatus.SERVICE_UNAVAILABLE,
              "storage-full",
              "Storage full",
              "Redis is out of memory; nothing was stored");
      case StoreUnavailableException e ->
          Problem.of(
              request,
              HttpStatus.SERVICE_UNAVAILABLE,
              "store-unavailable",
              "Store unavailable",
              "Redis does not answer; a call that changes something may have been done, and may be"
                  + " repeated");
      default -> {
        LOG.error("unexpected failure of {} {}", request.getMethodName(), request.getPath(), error);
        yield Problem.of(
            request,
            HttpStatus.INTERNAL_SERVER_ERROR,
            "something went wrong here; the log has the details");
      }
    };
  }

  /** There is no such thing, or not any more. */
  public static Problem notFound(HttpRequest<?> request) {
    return Problem.of(
        request,
        HttpStatus.NOT_FOUND,
        "not-found",
        "Not found",
        "nothing is stored under this name");
  }

  private static Problem invalid(HttpRequest<?> request, int status, List<Violation> violations) {
    Violation first = violations.getFirst();
    String where = first.pointer().isEmpty() ? "the body" : first.pointer();
    String more = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
    return Problem.of(
            request,
            HttpStatus.valueOf(status),
            "invalid-request",
            "Invalid request",
            where + " " + first.detail() + more)
        .withErrors(violations);
  }

  private static String message(TaskorchException error) {
    return String.valueOf(error.getMessage());
  }
}
